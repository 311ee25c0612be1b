/** What streams count is what happened, once each. */
import { expect, test } from 'vitest';
import { Closed } from '../../../src/core/host.ts';
import { StreamWorld } from '../stream-world.ts';

test('connects, ends of every kind and bytes are counted where they happen', () => {
  const streams = new StreamWorld(4);
  const { traffic } = streams.world.streams;
  const [near, far] = streams.connected(0, 1);
  expect(traffic).toMatchObject({ connects: 1, accepted: 1, opened: 1 });
  streams.write(near, [1, 2, 3]);
  streams.pass(1000);
  expect(traffic).toMatchObject({ bytesWritten: 3, bytesDelivered: 3, bytesDropped: 0, pieces: 1 });
  streams.host.end(near);
  streams.host.end(far);
  streams.pass(1000);
  expect(traffic.closed[Closed.ended]).toBe(2);
  streams.deaf.add(3);
  streams.connect(0, 3);
  streams.pass(1000);
  expect(traffic.closed[Closed.refused]).toBe(1);
  const [other] = streams.connected(0, 2);
  streams.write(other, [4]);
  streams.destroy(0, other);
  streams.pass(1000);
  expect(traffic).toMatchObject({ destroyed: 1, bytesDelivered: 4 });
  expect(traffic.closed[Closed.reset]).toBe(1);
  const [last] = streams.connected(0, 2);
  streams.write(last, [5]);
  streams.kill(2);
  streams.pass(1000);
  expect(traffic).toMatchObject({ killed: 1, connects: 4, bytesDropped: 1, bytesWritten: 5 });
  expect(traffic.closed[Closed.reset]).toBe(2);
});
