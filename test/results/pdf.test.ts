/** A figure on a page of its own size; who draws it is installed by those who want it. */
import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { type PdfMakers, pdfOf } from '../../src/results/pdf.ts';

test('the page has the size of the figure, and the ink of paper', async () => {
  const seen: unknown[] = [];
  class Document extends PassThrough {
    constructor(options: object) {
      super();
      seen.push(options);
    }
  }
  const makers: PdfMakers = {
    PDFDocument: Document,
    draw: (document, svg) => void (document as PassThrough).write(svg),
  };
  const svg = '<svg xmlns="x" width="640" height="400"><style>@media { a { b } }</style><g/></svg>';
  const bytes = await pdfOf(svg, makers);
  expect(Buffer.from(bytes).toString()).toBe('<svg xmlns="x" width="640" height="400"><g/></svg>');
  expect(seen).toEqual([{ size: [480, 300], margin: 0, info: { CreationDate: new Date(0) } }]);
  await expect(pdfOf('<p>', makers)).rejects.toThrow('expected an SVG');
});
