/** A chart on the page, as wide as there is room: quiet axes, the page's colours, no frills. */
import { useEffect, useRef, useState } from 'preact/hooks';
import type { Chart } from './chart.ts';
import { marksOf } from './chart-marks.ts';

const HEIGHT = 150;
/** Until it is known how much room there is. */
const FIRST_WIDTH = 300;
/** Room of the axes: numbers at the left, numbers and what they count below. */
const LEFT = 46;
const BOTTOM = 38;
const TOP = 8;
const RIGHT = 16;

export function ChartPlot({ chart }: { chart: Chart }) {
  const box = useRef<HTMLDivElement>(null);
  const width = useWidth(box);
  const [right, bottom] = [width - RIGHT, HEIGHT - BOTTOM];
  const { yTicks, xTicks, series } = marksOf(chart, { left: LEFT, right, top: TOP, bottom });
  return (
    <div class="figure-plot" ref={box} aria-hidden="true">
      <svg width={width} height={HEIGHT} role="presentation">
        {yTicks.map(({ at, text }) => (
          <g key={text}>
            <line class="figure-grid" x1={LEFT} x2={right} y1={at} y2={at} />
            <text x={LEFT - 6} y={at + 4} text-anchor="end">
              {text}
            </text>
          </g>
        ))}
        {xTicks.map(({ at, text }) => (
          <text key={text} x={at} y={bottom + 15} text-anchor="middle">
            {text}
          </text>
        ))}
        <text x={(LEFT + right) / 2} y={HEIGHT - 6} text-anchor="middle">
          {chart.xLabel}
        </text>
        {series.map(({ name, colour, bars, path }) => (
          <g key={name}>
            {path !== '' && (
              <path class="figure-line" d={path} style={{ stroke: `var(--${colour})` }} />
            )}
            {bars.map((bar) => (
              <rect key={bar.x} {...bar} style={{ fill: `var(--${colour})` }} />
            ))}
          </g>
        ))}
      </svg>
    </div>
  );
}

function useWidth(box: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(FIRST_WIDTH);
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = () => {
      if (element.clientWidth > 0) setWidth(element.clientWidth);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return width;
}
