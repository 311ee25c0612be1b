import * as Plot from '@observablehq/plot';
import { describe, expect, test } from 'vitest';
import { SvgDocument, type SvgElement } from '../../../src/results/figures/svg-document.ts';

const document = new SvgDocument();
const make = (name: string): SvgElement => document.createElementNS('', name);

describe('the document of plots', () => {
  test('is what was put into it, in order', () => {
    const svg = make('svg');
    svg.setAttribute('width', 10);
    svg.setAttributeNS(null, 'a', '"<&>"');
    const [g, title] = [make('g'), make('title')];
    svg.appendChild(g);
    svg.insertBefore(title, g);
    title.textContent = 'a < b & c';
    g.append('text', make('line'));
    expect(svg.outerHTML).toBe(
      '<svg width="10" a="&quot;<&amp;>&quot;"><title>a &lt; b &amp; c</title><g>text<line></line></g></svg>',
    );
    expect(svg.querySelector('line')?.parentNode).toBe(g);
    expect(svg.querySelector('circle')).toBeNull();
    expect([svg.firstChild, title.nextSibling, g.nextSibling]).toEqual([title, g, null]);
    expect(svg.textContent).toBe('a < b & ctext');
  });

  test('a node is in one place at a time', () => {
    const [a, b, child] = [make('a'), make('b'), make('child')];
    a.appendChild(child);
    b.appendChild(child);
    expect([a.outerHTML, b.outerHTML]).toEqual(['<a></a>', '<b><child></child></b>']);
    child.remove();
    expect([b.firstChild, child.parentNode]).toEqual([null, null]);
    b.textContent = 'x';
    b.textContent = '';
    expect(b.outerHTML).toBe('<b></b>');
    a.setAttribute('x', 1);
    a.removeAttribute('x');
    expect([a.hasAttribute('x'), a.getAttribute('x')]).toEqual([false, null]);
  });

  test('Plot draws all marks of the reports into it', () => {
    const points = [
      { x: 1, y: 2, k: 'a' },
      { x: 2, y: 4, k: 'b' },
    ];
    const xy = { x: 'x', y: 'y' };
    const svg = Plot.plot({
      document: document as never,
      marks: [
        ...[Plot.gridY(), Plot.ruleY([0]), Plot.line(points, xy), Plot.areaY(points, xy)],
        ...[Plot.dot(points, xy), Plot.text(points, { ...xy, text: 'k' })],
        Plot.rectY(points, { x1: 'x', x2: 'y', y: 'y' }),
      ],
    }) as unknown as SvgElement;
    for (const name of ['path', 'line', 'circle', 'text', 'rect']) {
      expect(svg.querySelector(name), name).not.toBeNull();
    }
  });
});
