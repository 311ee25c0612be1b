/**
 * The futures that were left, as a tree: each line parts from the one that is shown where its acts begin to
 * differ. One can be taken again, or set beside what is shown.
 */
import type { Future } from '../model/futures.ts';
import type { Session } from '../model/session.ts';
import { actText, clockText } from '../model/words.ts';
import './other-futures.css';

const WIDTH = 320;
const ROW = 18;
const EDGE = 6;

interface FuturesProps {
  session: Session;
  close: () => void;
}

export function OtherFutures({ session, close }: FuturesProps) {
  const futures = session.branches.others;
  const now = session.moment;
  if (now === null) return null;
  return (
    <section class="futures" aria-label="Other futures">
      <h3>Other futures</h3>
      <Tree futures={futures} acts={now.acts.map(({ atMs }) => atMs)} />
      <ul>
        {futures.map((future, i) => (
          <li key={i}>
            <span>
              <strong>{i + 1}</strong> from {clockText(future.partsMs)}: {wordsOf(future)}
            </span>
            <button
              type="button"
              onClick={() => {
                session.branches.take(future, false);
                close();
              }}
            >
              Take
            </button>
            <button
              type="button"
              onClick={() => {
                session.branches.take(future, true);
                close();
              }}
            >
              Compare
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** The first of the acts that the one shown does not have. */
function wordsOf({ moment, partsMs }: Future): string {
  const own = moment.acts.filter(({ atMs }) => atMs >= partsMs);
  const [first] = own;
  if (first === undefined) return 'nothing done';
  return own.length === 1
    ? actText(first.act)
    : `${actText(first.act)}, and ${own.length - 1} more`;
}

interface TreeProps {
  futures: readonly Future[];
  /** When something was done in the one that is shown. */
  acts: readonly number[];
}

function Tree({ futures, acts }: TreeProps) {
  const times = [...acts, ...futures.flatMap(({ moment }) => moment.acts.map(({ atMs }) => atMs))];
  const endMs = Math.max(1, ...times) * 1.1;
  const x = (atMs: number) => EDGE + (atMs / endMs) * (WIDTH - 2 * EDGE);
  const y = (row: number) => ROW / 2 + row * ROW;
  return (
    <svg
      class="futures-tree"
      viewBox={`0 0 ${WIDTH} ${ROW * (futures.length + 1)}`}
      aria-hidden="true"
    >
      <path class="is-shown" d={`M${x(0)} ${y(0)}H${x(endMs)}`} />
      {acts.map((atMs, i) => (
        <circle key={i} class="is-shown" cx={x(atMs)} cy={y(0)} r={3} />
      ))}
      {futures.map(({ moment, partsMs }, i) => (
        <g key={i}>
          <path d={`M${x(partsMs)} ${y(0)}V${y(i + 1)}H${x(endMs)}`} />
          {moment.acts.flatMap(({ atMs }, act) =>
            atMs < partsMs ? [] : [<circle key={act} cx={x(atMs)} cy={y(i + 1)} r={3} />],
          )}
        </g>
      ))}
    </svg>
  );
}
