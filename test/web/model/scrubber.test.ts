import { beforeEach, expect, test } from 'vitest';
import { SceneModel } from '../../../web/src/model/scene-model.ts';
import { Scrubber } from '../../../web/src/model/scrubber.ts';
import { frame, hello } from './messages.ts';

let asked: number[];
let model: SceneModel;
let scrubber: Scrubber;

beforeEach(() => {
  asked = [];
  model = new SceneModel();
  model.apply(hello());
  scrubber = new Scrubber((toMs) => asked.push(toMs));
});

const arrive = async (atMs: number) => {
  model.apply(frame({ atMs }));
  await Promise.resolve();
};

test('only the newest moment is asked for, once the one before is there', async () => {
  for (const ms of [400, 300, 200, 100]) scrubber.scrub(model, ms);
  expect(asked).toEqual([400]);
  await arrive(400);
  expect(asked).toEqual([400, 100]);
  await arrive(100);
  expect(asked).toEqual([400, 100]);
});

test('a world that is still on its way back is waited for', async () => {
  scrubber.scrub(model, 400);
  scrubber.scrub(model, 300);
  model.apply({ type: 'busy', what: 'going back', done: 0.5 });
  await arrive(200);
  expect(asked).toEqual([400]);
  model.apply({ type: 'busy', what: 'going back', done: 1 });
  await Promise.resolve();
  expect(asked).toEqual([400, 300]);
});

test('one that cannot go there is waited for no longer; what was wrong before does not count', async () => {
  scrubber.scrub(model, 400);
  scrubber.scrub(model, 300);
  model.apply({ type: 'trouble', message: 'it cannot be done' });
  await Promise.resolve();
  expect(asked).toEqual([400, 300]);
  scrubber.scrub(model, 200);
  await Promise.resolve();
  expect(asked).toEqual([400, 300]);
  await arrive(300);
  expect(asked).toEqual([400, 300, 200]);
});

test('nothing is waited for in another world', async () => {
  scrubber.scrub(model, 400);
  scrubber.scrub(model, 300);
  scrubber.stop();
  await arrive(400);
  expect(asked).toEqual([400]);
  scrubber.scrub(model, 50);
  expect(asked).toEqual([400, 50]);
});
