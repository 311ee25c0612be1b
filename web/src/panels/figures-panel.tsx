/** Figures as they run, as charts that can be taken away as files. */
import type { PaneProps } from '../model/pane.ts';
import type { SceneModel } from '../model/scene-model.ts';
import { settingsNow } from '../model/settings.ts';
import { countText, percentText } from '../model/words.ts';
import { download } from '../ui/download.ts';
import { Icon } from '../ui/icon.tsx';
import { usePaced } from '../ui/paced.ts';
import { type Chart, extentOf, isEmpty } from './chart.ts';
import {
  hopsChart,
  keysChart,
  latencyChart,
  loadChart,
  messagesChart,
  successChart,
  trafficChart,
} from './chart-data.ts';
import { ChartPlot } from './chart-plot.tsx';
import { chartRows, chartSvg } from './chart-svg.ts';
import { csvOf } from './csv.ts';
import './figures-panel.css';

/** Charts are read, not watched: two pictures in a second are enough, and cheap. */
const REDRAW_MS = 500;

/** Enough for a curve within a minute, also where time runs at a tenth. */
const OFFERED_RATE = 20;

export function FiguresPanel({ model, send }: PaneProps) {
  usePaced([model.chartsTick, model.tick], REDRAW_MS);
  const charts = chartsOf(model);
  const canSet = model.hello.value?.abilities.includes('settings') ?? false;
  return (
    <div class="figure">
      <Numbers model={model} />
      <Workload canSet={canSet} rate={settingsNow(model).lookupsPerSecond} send={send} />
      {charts.map((chart) => (
        <Figure key={chart.id} chart={chart} />
      ))}
    </div>
  );
}

function chartsOf(model: SceneModel): Chart[] {
  const { outcomes, figures } = model;
  const loads = model.loads.subarray(0, model.nodeCount);
  return [
    latencyChart(outcomes),
    hopsChart(outcomes),
    messagesChart(outcomes),
    successChart(outcomes),
    loadChart(loads, (node) => model.isMember(node)),
    trafficChart(figures),
    ...(model.hello.value?.overlay === 'ring' ? [keysChart(figures)] : []),
  ];
}

interface WorkloadProps {
  canSet: boolean;
  /** Look-ups a second now: not read here, for what an act set for later begins without a word. */
  rate: number;
  send: PaneProps['send'];
}

/** Most charts are of look-ups: where the nodes begin none, here is a way to have some. */
function Workload({ canSet, rate, send }: WorkloadProps) {
  if (!canSet || rate > 0) return null;
  return (
    <p class="figure-offer soft">
      <span>The nodes look nothing up by themselves.</span>
      <button
        type="button"
        onClick={() =>
          send({ do: 'act', act: { kind: 'workload', lookupsPerSecond: OFFERED_RATE } })
        }
      >
        Start {OFFERED_RATE} look-ups a second
      </button>
    </p>
  );
}

function Numbers({ model }: { model: SceneModel }) {
  const last = model.figures.last;
  if (!last) return <p class="soft">Nothing has been counted yet.</p>;
  const share = (part: number, whole: number) => (whole === 0 ? '–' : percentText(part / whole));
  const numbers: [string, string][] = [
    ['nodes', last.nodesNow.toLocaleString('en')],
    ['messages', last.messages.toLocaleString('en')],
    ['lost', share(last.lostMessages, last.messages)],
    ['look-ups', last.lookups.toLocaleString('en')],
    ['failed', share(last.failedLookups, last.lookups)],
    ['keys', last.keysNow.toLocaleString('en')],
  ];
  return (
    <dl class="figure-numbers">
      {numbers.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Figure({ chart }: { chart: Chart }) {
  const empty = isEmpty(chart);
  return (
    <figure class="figure-chart">
      <Caption chart={chart} />
      <p class="soft small">{chart.note}</p>
      {empty ? (
        <p class="figure-none soft small">Nothing to show yet.</p>
      ) : (
        <div class="figure-row">
          <ChartPlot chart={chart} />
          {chart.aside && (
            <div
              class="figure-aside"
              title={`${chart.aside.label}: ${percentText(chart.aside.share)}`}
            >
              <span class="small">{percentText(chart.aside.share)}</span>
              <span class="figure-bar">
                <span
                  style={{
                    height: `${chart.aside.share * 100}%`,
                    background: `var(--${chart.aside.colour})`,
                  }}
                />
              </span>
              <span class="small soft">{chart.aside.label}</span>
            </div>
          )}
        </div>
      )}
      {!empty && chart.series.length > 1 && (
        <p class="figure-series small soft">
          {chart.series.map((series) => (
            <span key={series.name}>
              <i style={{ background: `var(--${series.colour})` }} />
              {series.name}
            </span>
          ))}
        </p>
      )}
      <span class="hidden-text">{inWords(chart)}</span>
    </figure>
  );
}

function Caption({ chart }: { chart: Chart }) {
  const file = `ringlight-${chart.id}`;
  const empty = isEmpty(chart);
  return (
    <figcaption>
      <h3>{chart.title}</h3>
      <span class="figure-files">
        <button
          type="button"
          class="plain"
          disabled={empty}
          aria-label={`${chart.title} as SVG`}
          onClick={() => download(`${file}.svg`, chartSvg(chart), 'image/svg+xml')}
        >
          <Icon name="download" />
          SVG
        </button>
        <button
          type="button"
          class="plain"
          disabled={empty}
          aria-label={`${chart.title} as CSV`}
          onClick={() => download(`${file}.csv`, csvOf(chartRows(chart)), 'text/csv')}
        >
          CSV
        </button>
      </span>
    </figcaption>
  );
}

/** A chart for those who do not see it. */
function inWords(chart: Chart): string {
  if (isEmpty(chart)) return '';
  const { x0, x1, y1 } = extentOf(chart);
  const points = countText(chart.x.length, 'point');
  return `${chart.title}: ${points}, ${chart.xLabel} from ${Math.round(x0)} to ${Math.round(x1)}, at most ${y1} ${chart.yLabel}.`;
}
