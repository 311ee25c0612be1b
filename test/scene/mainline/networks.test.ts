/** A scene whose nodes are in two networks: places, tables, calls and what is stored, by network. */
import { expect, test } from 'vitest';
import { formatId } from '../../../src/core/id.ts';
import type { Command } from '../../../src/scene/protocol/commands.ts';
import { checkSceneConfig, type SceneConfig } from '../../../src/scene/protocol/config.ts';
import type { SceneMessage } from '../../../src/scene/protocol/messages.ts';
import { checkMessage } from '../../../src/scene/protocol/messages.ts';
import { Simulation } from '../../../src/scene/simulation.ts';

const CONFIG: SceneConfig = checkSceneConfig({
  ...{
    overlay: 'mainline',
    family: 'both',
    nodes: 60,
    keys: 3,
    lookupsPerSecond: 0,
    latencyMs: 20,
  },
});

function simulated() {
  const heard: SceneMessage[] = [];
  const simulation = new Simulation((message) => void heard.push(message));
  const perform = (command: Command) => {
    simulation.command(command);
    while (simulation.isWorking) simulation.work(() => false);
    simulation.show();
  };
  const run = (count: number) => perform({ do: 'step', by: 'ms', count });
  perform({ do: 'begin', config: CONFIG, acts: [], atMs: 0 });
  run(1);
  return { perform, heard, run };
}

test('a node has a place for each of its ids, and a view of both tables', () => {
  const { perform, heard, run } = simulated();
  const places = heard.find((message) => message.type === 'places');
  if (places?.type !== 'places') throw new Error('no places');
  expect([...places.nodes.slice(0, 4)]).toEqual([0, 0, 1, 1]);
  expect(places.nodes).toHaveLength(120);
  const ids = Array.from({ length: 120 }, (_, place) => formatId(places.ids, place * 20));
  expect(new Set(ids).size).toBe(120);
  perform({ do: 'inspect', node: 7 });
  run(10);
  const view = heard.findLast((message) => message.type === 'node');
  if (view?.type !== 'node') throw new Error('no node');
  expect(view.ids).toEqual([ids[14], ids[15]]);
  expect(view.addresses).toEqual(['16.0.0.7:6881', '[2001:db8:0:7::1]:6881']);
  for (const family of [4, 6] as const) {
    const rows = view.rows.filter((row) => row.family === family);
    expect(rows.flatMap(({ contacts }) => contacts).length).toBeGreaterThan(20);
    expect(rows[0]!.label).toMatch(`IPv${family} · bucket 0`);
    for (const { address } of rows.flatMap(({ contacts }) => contacts)) {
      expect(address.startsWith('[')).toBe(family === 6);
    }
  }
  expect(() => checkMessage(view)).not.toThrow();
});

test.each([4, 6] as const)('what is put over IPv%i is found over it', (family) => {
  const { perform, run, heard } = simulated();
  const name = 'my song';
  perform({ do: 'act', act: { kind: 'put', name, value: '', from: 3, family } });
  run(3000);
  perform({ do: 'act', act: { kind: 'get', name, from: 40, family } });
  run(3000);
  const lookups = new Map(
    heard.flatMap((message) => (message.type === 'lookup' ? [[message.id, message] as const] : [])),
  );
  const [put, get] = [...lookups.values()];
  expect([put!.state, get!.state]).toEqual(['succeeded', 'succeeded']);
  expect(get!.steps.length).toBeGreaterThan(0);
  expect(get!.steps.every(({ node }) => node >= 0)).toBe(true);
});
