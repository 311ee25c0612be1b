import { it } from 'vitest';
import { formatAddress } from '/work/main/src/core/address.ts';
import { Schedule } from '/work/main/test/ring/schedule.ts';

it('dbg', () => {
  const o = JSON.parse(process.env['OPT']!);
  const s = new Schedule(o);
  const p = s.run();
  {
    const pr = s.world.processes[2]!;
    s.world.onBytes = (f, t, b) => {
      if (f === pr || t === pr) {
        for (let a = 0; a + 9 < b.length; ) {
          const n = (b[a]! << 24) + (b[a + 1]! << 16) + (b[a + 2]! << 8) + b[a + 3]!;
          const ty = b[a + 4]!;
          if ((ty & 127) === 18 || (ty & 127) === 2)
            console.log(
              s.world.now % 1000000,
              f?.number,
              '>',
              t?.number,
              ty,
              Buffer.from(b.subarray(a + 9, a + 4 + n))
                .toString('hex')
                .slice(0, 100),
            );
          a += 4 + n;
        }
      }
    };
    if (process.env['TRACE']) s.world.run(5000);
  }
  console.log(p.length, p.slice(0, 10));
  const dump = () => {
    for (const pr of s.world.living) {
      for (const i of pr.node.identities)
        console.log(
          pr.number,
          i.state,
          Buffer.from(i.hash).toString('hex').slice(0, 6),
          'end',
          Buffer.from(i.end).toString('hex').slice(0, 6),
          'S',
          i.successors.map((m) => Buffer.from(m.hash).toString('hex').slice(0, 6)).join(),
          'P',
          i.predecessors.map((m) => Buffer.from(m.hash).toString('hex').slice(0, 6)).join(),
          'settled',
          i.isSettled,
          'copies',
          i.copies
            .map(
              (c) =>
                `${Buffer.from(c.member.hash).toString('hex').slice(0, 6)}:${c.isInStep}:${c.sync !== null}:${Math.round(c.dueAtMs - s.world.now)}`,
            )
            .join(' '),
          'known',
          pr.node.upkeep.known.map((m) => Buffer.from(m.hash).toString('hex').slice(0, 6)).join(),
          'susp',
          [...pr.node.suspects].map(formatAddress).join(),
          'gone',
          pr.node.gone.size,
          'foreign',
          pr.node.upkeep.foreign,
          'ops',
          pr.node.operations.size,
          'syncs',
          pr.node.syncs.size,
          'hand',
          i.handover !== null,
          'deadline',
          pr.node.deadline - s.world.now,
        );
    }
  };
  dump();
  for (const pr of s.world.living)
    if (!pr.node.identities.every((i) => i.state === 'member'))
      console.log(
        pr.number,
        JSON.stringify(pr.events.slice(-4)),
        pr.addresses.map(formatAddress).join(),
        JSON.stringify(pr.node.counters),
      );
  if (process.env['LOG']) console.log(s.log.join('\n'));
}, 60000);
