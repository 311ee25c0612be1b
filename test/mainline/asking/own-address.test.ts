/** Our id follows from our address, as the networks that we asked see it; one packet moves nothing. */
import { describe, expect, test } from 'vitest';
import { isSecureId } from '../../../src/core/secure-id.ts';
import { Method } from '../../../src/mainline/krpc/fields.ts';
import { network, TARGET, truth } from '../scenes.ts';
import { at, inPublic, MINUTE_MS, onLoopback, type Resident, SmallWorld } from '../small-world.ts';

const idOf = ({ node }: Resident) => {
  const start = node.self * 26;
  return node.shared.contacts.bytes.slice(start, start + 20);
};
const isSecure = (us: Resident) => isSecureId(idOf(us), 0, us.address);
const LIE = Uint8Array.of(198, 51, 100, 9, 0x1a, 0xe1);

/** Strangers in networks of their own who tell everybody that he is elsewhere. */
function liars(world: SmallWorld, count: number) {
  return Array.from({ length: count }, (_, n) => {
    const liar = world.stranger(at(`5.9.${n}.1`));
    liar.onQuery = () => null;
    const { receive } = liar;
    liar.receive = (datagram) => {
      receive.call(liar, datagram);
      const query = liar.messages.at(-1)!;
      liar.send(datagram.from, { ip: LIE, r: { id: liar.id }, t: query['t'], y: 'r' });
    };
    return liar;
  });
}

describe('in a public network', () => {
  const world = network(40, { address: inPublic });

  test('everybody has an id that follows from his address, before long', () => {
    world.run(15 * MINUTE_MS);
    expect(world.residents.filter((us) => us.node.votes.address !== us.address)).toEqual([]);
    expect(world.residents.filter((us) => !isSecure(us))).toEqual([]);
  });

  test('tables are filed around the new ids, and lookups find the truth', () => {
    const us = world.open();
    us.join(world.residents[0].address);
    world.run(5 * MINUTE_MS);
    expect(isSecure(us)).toBe(true);
    const call = us.findNode(TARGET);
    world.run(MINUTE_MS);
    const now = world.residents.map((resident) => ({ ...resident, id: idOf(resident) }));
    const ids = truth({ residents: now } as unknown as SmallWorld, now.at(-1) as never, TARGET);
    expect(us.lookups.get(call)!.closest.map(({ id }) => id)).toEqual(ids);
  });

  test('close gives everything back', () => {
    for (const { node } of world.residents) node.close();
    expect(world.shared.contacts.count).toBe(0);
    expect(world.shared.requests.count).toBe(0);
  });
});

test('three liars move nothing, nor does one that answers a thousand times', () => {
  const world = new SmallWorld({ address: inPublic });
  const us = world.open();
  const before = us.id;
  for (const { address } of liars(world, 3)) {
    for (let n = 0; n < 300; n++) us.ask(address, Method.ping, TARGET);
    world.run(5000);
  }
  expect(us.node.votes.address).toBe(0);
  expect(idOf(us)).toEqual(before);
});

test('with enough networks the id changes, once in ten minutes at most', () => {
  const world = new SmallWorld({ address: inPublic });
  const us = world.open({}, undefined, at('198.51.100.9'));
  for (const { address } of liars(world, 8)) us.ask(address, Method.ping, TARGET);
  world.run(1000);
  expect(us.node.votes.address).toBe(at('198.51.100.9'));
  expect(isSecure(us)).toBe(true);
  const first = idOf(us);
  LIE[3] = 77;
  for (const { address } of liars(world, 8)) us.ask(address, Method.ping, TARGET);
  world.run(1000);
  expect(idOf(us)).toEqual(first);
  LIE[3] = 9;
});

test('a chosen id stays, and on loopback there is no vote', () => {
  const world = new SmallWorld({ address: inPublic });
  const fixed = world.open({ changesId: false });
  for (const { address } of liars(world, 8)) fixed.ask(address, Method.ping, TARGET);
  world.run(1000);
  expect(fixed.node.votes.address).not.toBe(0);
  expect(idOf(fixed)).toEqual(fixed.id);
  const local = network(6, { address: onLoopback });
  expect(
    local.residents.every(({ node, id }) =>
      idOf({ node } as Resident).every((b, i) => b === id[i]),
    ),
  ).toBe(true);
});

test('what unasked strangers say has no voice', () => {
  const world = new SmallWorld({ address: inPublic });
  const us = world.open();
  for (const liar of liars(world, 20))
    liar.send(us.address, { ip: LIE, r: { id: liar.id }, t: 'abcd', y: 'r' });
  world.run(1000);
  expect(us.node.hasVotes).toBe(false);
});
