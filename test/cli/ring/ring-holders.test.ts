/** Whoever holds an arc is told by the ring, and killed: what is said of the arc then. */
import { afterEach, expect, test } from 'vitest';
import { connectRing, type RingConnection } from '../../../src/ring.ts';
import { objects, ringlight } from '../command.ts';
import { endAll, type MemberProcess, startRing } from '../ring.ts';

let members: MemberProcess[] = [];
afterEach(() => endAll(members));

/** First addresses of the processes whose copies the title over a key names. */
async function holdersOf(key: string, ring: RingConnection): Promise<readonly string[]> {
  const { owner } = await ring.owns(key);
  const client = await connectRing(owner);
  try {
    const answer = await client.info();
    const views = answer.isPlain ? [] : answer.info.identities;
    return views.find(({ address }) => address === owner)!.title!.copies;
  } finally {
    await client.close();
  }
}

test('of an arc all of whose holders are gone nobody says that there is nothing', async () => {
  members = await startRing(6, 1);
  const ring = await connectRing(members.map(({ address }) => address));
  await ring.insert('a', 'kept', { level: 'all' });
  const holders = await holdersOf('a', ring);
  expect(holders).toHaveLength(2);
  await ring.close();
  const gone = members.filter(({ address }) => holders.includes(address));
  expect(gone).toHaveLength(2);
  await endAll(gone);
  const [left] = members.filter((member) => !gone.includes(member));
  const client = await connectRing(left.address);
  const codeOf = (act: Promise<unknown>) =>
    act.then(
      () => 'done',
      ({ code }: { code?: string }) => code,
    );
  // The first who asks may ask those who have not noticed yet.
  const codes: unknown[] = [];
  for (let i = 0; i < 4 && codes.at(-1) !== 'TOO_FEW_COPIES'; i++) {
    codes.push(await codeOf(client.get('a', { level: 'all' })));
  }
  expect(codes).not.toContain('done');
  expect(codes.at(-1)).toBe('TOO_FEW_COPIES');
  expect(await codeOf(client.insert('a', 'other'))).toBe('UNAVAILABLE');
  await client.close();
  const doctor = await ringlight(['ring', 'doctor', '--at', left.address, '--json']);
  expect(doctor.status).toBe(1);
  expect(objects(doctor).filter(({ event }) => event === 'fault')).not.toEqual([]);
}, 150_000);
