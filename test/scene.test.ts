/** The door of the scene: it opens in a browser, which has no Node.js behind it. */
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import * as scene from '../src/scene.ts';
import { importsOf } from './house.ts';

const PROJECT = fileURLToPath(new URL('..', import.meta.url));

/** All files that a file of src needs, itself included, and the modules from elsewhere. */
function reached(first: string): { files: Set<string>; modules: Set<string> } {
  const files = new Set([first]);
  const modules = new Set<string>();
  for (const path of files) {
    for (const specifier of importsOf(readFileSync(`${PROJECT}/${path}`, 'utf8'))) {
      expect(specifier, path).not.toBeNull();
      if (specifier!.startsWith('.')) files.add(posix.join(posix.dirname(path), specifier!));
      else modules.add(specifier!);
    }
  }
  return { files, modules };
}

test('nothing that it needs is of Node.js, or of any package but hashes and schemas', () => {
  const { files, modules } = reached('src/scene.ts');
  expect(files).toContain('src/lab/world.ts');
  expect(files).toContain('src/ring/node.ts');
  expect(files.size).toBeGreaterThan(80);
  const isKnown = (name: string) => name.startsWith('@noble/') || name === 'zod/mini';
  expect([...modules].filter((name) => !isKnown(name))).toEqual([]);
  expect([...files].filter((path) => /^src\/(io|cli|studio|results)\//.test(path))).toEqual([]);
});

test('a world can be seen through it', () => {
  const told: scene.SceneMessage[] = [];
  const simulation = new scene.Simulation((message) => told.push(message));
  const config = scene.checkSceneConfig({ overlay: 'mainline', nodes: 30 });
  simulation.command({ do: 'begin', config, acts: [], atMs: 1000 });
  while (simulation.isWorking) simulation.work(() => false);
  simulation.show();
  const update = told.find((message) => message.type === 'frame')!;
  expect([update.atMs, update.figures.nodesNow]).toEqual([1000, 30]);
});
