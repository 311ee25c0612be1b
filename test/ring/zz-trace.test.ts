import { it } from 'vitest';
import { Schedule } from './schedule.ts';
import { keyOf, textOf } from './small-ring.ts';

it('trace', () => {
  const o = JSON.parse(process.env['OPT']!);
  const [name] = process.env['KEY']!.split('=');
  const s = new Schedule(o);
  let last = '';
  const look = (what: string) => {
    const held = s.world.processes
      .map((p) => {
        const r = p.store.get(keyOf(name!), 0);
        const v = r === null ? '' : r[16]! & 1 ? 'X' : textOf(r.subarray(23))!.slice(6);
        return v === '' ? '' : `${p.number}${p.isAlive ? '' : '+'}:${v}`;
      })
      .filter((x) => x)
      .join(' ');
    if (held !== last) console.log(s.world.now % 1000000, what, held);
    last = held;
  };
  s.world.onBytes = () => look('');
  const p = s.run();
  console.log(p.slice(0, 5));
  for (const w of s.writes)
    if (w.name === name)
      console.log(
        JSON.stringify({
          ...w,
          outcome: w.outcome && {
            ...w.outcome,
            version: w.outcome.version && Buffer.from(w.outcome.version).toString('hex'),
            value: undefined,
          },
        }),
      );
  console.log(s.log.join('\n'));
}, 60000);
