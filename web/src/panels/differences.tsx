/** Two worlds beside each other in figures: a row for each that differs. */
import { Told } from '../lessons/told.ts';
import type { SceneModel } from '../model/scene-model.ts';
import { usePaced } from '../ui/paced.ts';
import './differences.css';

const REDRAW_MS = 300;

export interface Difference {
  what: string;
  a: string;
  b: string;
}

export function Differences({ a, b }: { a: SceneModel; b: SceneModel }) {
  usePaced([a.tick, b.tick, a.lookupsTick, b.lookupsTick], REDRAW_MS);
  const rows = differencesOf(a, b);
  if (rows.length === 0)
    return <p class="differences-none soft small">A and B are alike so far.</p>;
  return (
    <table class="differences">
      <caption class="hidden-text">What differs between A and B</caption>
      <thead>
        <tr>
          <th scope="col">Differs</th>
          <th scope="col">A</th>
          <th scope="col">B</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.what}>
            <th scope="row">{row.what}</th>
            <td>{row.a}</td>
            <td>{row.b}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Facts of both worlds that are not the same. */
export function differencesOf(a: SceneModel, b: SceneModel): Difference[] {
  const [ofA, ofB] = [factsOf(a), factsOf(b)];
  const found: Difference[] = [];
  for (const [what, value] of ofA) {
    const other = ofB.get(what);
    if (other !== undefined && other !== value) found.push({ what, a: value, b: other });
  }
  return found;
}

function factsOf(model: SceneModel): Map<string, string> {
  const told = new Told(model);
  const facts = new Map<string, string>();
  if (!told.isThere) return facts;
  const { figures, lookup } = told;
  const number = (value: number) => value.toLocaleString('en');
  facts.set('nodes', number(figures.nodesNow));
  facts.set('lost keys', number(figures.lostKeysNow));
  facts.set('unsafe keys', number(figures.unsafeKeysNow));
  facts.set('messages so far', number(figures.messages));
  facts.set('failed look-ups', number(figures.failedLookups));
  if (lookup === undefined) return facts;
  facts.set('last look-up', lookup.endedMs === null ? 'on its way' : lookup.result);
  facts.set('… took', told.tookMs === null ? '…' : `${told.tookMs} ms`);
  facts.set('… questions', number(told.questions));
  facts.set('… hops', number(told.path.length));
  return facts;
}
