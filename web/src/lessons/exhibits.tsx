/** Things to look at below the words of a step: a name as it is hashed, two ids bit by bit, halving counted. */
import { useId } from 'preact/hooks';
import { halvings } from '../model/halvings.ts';
import { hashText, turnOfText } from '../model/ids.ts';
import type { SceneModel } from '../model/scene-model.ts';
import { countText } from '../model/words.ts';
import { usePaced } from '../ui/paced.ts';
import type { Course } from './course.ts';
import { sharedBits, Told } from './told.ts';
import './exhibits.css';

const REDRAW_MS = 200;
const NAME_LENGTH_MAX = 40;

/** A field whose letters are hashed as they are typed. */
export function HashExhibit({ course }: { course: Course }) {
  const id = useId();
  const typed = course.typed.value;
  const hash = hashText(typed);
  return (
    <div class="exhibit-hash">
      <label for={id}>Your name for something</label>
      <input
        id={id}
        type="text"
        maxLength={NAME_LENGTH_MAX}
        autocomplete="off"
        spellcheck={false}
        placeholder="apple"
        value={typed}
        onInput={(event) => {
          course.typed.value = event.currentTarget.value;
        }}
      />
      {typed !== '' && (
        <p role="status">
          SHA-1 of “{typed}”:{' '}
          <span class="mono exhibit-digits">
            <strong>{hash.slice(0, 6)}</strong>
            {hash.slice(6)}
          </span>
          <br />
          {(turnOfText(hash) * 100).toFixed(2)} % of the way round the circle.
        </p>
      )}
    </div>
  );
}

/** More bits than this nobody reads; in a network that fits on a screen the first few decide. */
const BITS_SHOWN = 20;

interface XorProps {
  model: SceneModel;
  one: number;
  other: number;
}

/** Two ids below each other, and their XOR: the first bit that differs is lit. */
export function XorExhibit({ model, one, other }: XorProps) {
  usePaced([model.tick], REDRAW_MS);
  const told = new Told(model);
  const [a, b] = [told.bitsOf(one), told.bitsOf(other)];
  if (a === '' || b === '') return null;
  const shared = sharedBits(a, b);
  const xor = [...a].map((bit, i) => (bit === b[i] ? '0' : '1')).join('');
  const rows = [
    { name: `node ${one}`, bits: a },
    { name: `node ${other}`, bits: b },
    { name: 'XOR', bits: xor },
  ];
  return (
    <table class="exhibit-xor mono">
      <caption class="small">
        The first {BITS_SHOWN} of 160 bits; they part at bit {shared + 1}.
      </caption>
      <tbody>
        {rows.map(({ name, bits }) => (
          <tr key={name}>
            <th scope="row">{name}</th>
            {[...bits.slice(0, BITS_SHOWN)].map((bit, i) => (
              <td key={i} class={i === shared ? 'is-first' : i < shared ? 'is-shared' : ''}>
                {bit}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** How many nodes are left with each bit of a key, as bars. */
export function HalvingExhibit({ model, name }: { model: SceneModel; name: string }) {
  usePaced([model.tick], REDRAW_MS);
  const counts = halvings(model, name);
  return (
    <table class="exhibit-halving">
      <caption class="small">Nodes that share so many leading bits with “{name}”</caption>
      <tbody>
        {counts.map((count, bits) => (
          <tr key={bits}>
            <th scope="row">{countText(bits, 'bit')}</th>
            <td>
              <span
                class="exhibit-bar"
                aria-hidden="true"
                style={{ width: `${Math.max(1, (count / counts[0]) * 100)}%` }}
              />
            </td>
            <td>{count.toLocaleString('en')}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
