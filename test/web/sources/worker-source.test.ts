import type { SceneMessage } from 'ringlight/scene';
import { expect, test } from 'vitest';
import { openRecording } from '../../../web/src/sources/recording-source.ts';
import type { LinkState } from '../../../web/src/sources/source.ts';
import { workerSource } from '../../../web/src/sources/worker-source.ts';
import { hello } from '../model/messages.ts';

class FakeWorker {
  readonly posted: unknown[] = [];
  isTerminated = false;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onerror: ((event: { message: string }) => void) | null = null;

  postMessage(message: unknown): void {
    this.posted.push(message);
  }

  terminate(): void {
    this.isTerminated = true;
  }
}

function opened() {
  const worker = new FakeWorker();
  const messages: SceneMessage[] = [];
  const links: LinkState[] = [];
  const drawings: (() => void)[] = [];
  const source = workerSource(
    () => worker as unknown as Worker,
    (then) => drawings.push(then),
  )({
    onMessage: (message) => messages.push(message),
    onLink: (link) => links.push(link),
  });
  return { worker, messages, links, drawings, source };
}

test('commands go in, batches come out, and are answered once they are drawn', () => {
  const { worker, messages, links, drawings, source } = opened();
  source.send({ do: 'pause' });
  expect(worker.posted).toEqual([{ do: 'pause' }]);
  worker.onmessage!({ data: [hello(), hello()] });
  expect(messages).toHaveLength(2);
  expect(links.map(({ state }) => state)).toEqual(['opening', 'open']);
  expect(worker.posted).toHaveLength(1);
  drawings[0]!();
  expect(worker.posted.at(-1)).toBe('drawn');
});

test('a worker that dies says so', () => {
  const { worker, links } = opened();
  worker.onerror!({ message: 'out of memory' });
  expect(links.at(-1)).toEqual({
    state: 'broken',
    message: expect.stringContaining('out of memory'),
  });
});

test('after closing nothing is heard and nothing said', () => {
  const { worker, messages, drawings, source } = opened();
  worker.onmessage!({ data: [hello()] });
  source.close();
  expect(worker.isTerminated).toBe(true);
  worker.onmessage!({ data: [hello()] });
  drawings[0]!();
  source.send({ do: 'pause' });
  expect(messages).toHaveLength(1);
  expect(worker.posted).toEqual([]);
});

test('a recording that cannot be read is a sentence, and its worker goes', async () => {
  const worker = new FakeWorker();
  const opening = openRecording(
    new File(['x'], 'broken.jsonl'),
    'http://127.0.0.1/',
    () => worker as unknown as Worker,
  );
  worker.onmessage!({ data: { failed: 'line 1: this is no recording of a Ringlight scene' } });
  await expect(opening).rejects.toThrow(
    '“broken.jsonl” cannot be played: line 1: this is no recording of a Ringlight scene.',
  );
  expect(worker.isTerminated).toBe(true);
});

test('a recording is fetched from the host of the page only', async () => {
  const make = () => new FakeWorker() as unknown as Worker;
  for (const path of ['http://example.org/a', '//example.org/a', 'data:text/plain,a']) {
    await expect(openRecording(path, 'http://127.0.0.1/', make)).rejects.toThrow(
      'host of this page',
    );
  }
});

test('a recording that can be read becomes a source', async () => {
  const worker = new FakeWorker();
  const opening = openRecording('api/recordings/a', 'http://127.0.0.1/studio/', () =>
    Object.assign(worker as unknown as Worker),
  );
  expect(worker.posted).toEqual([{ open: 'http://127.0.0.1/studio/api/recordings/a' }]);
  worker.onmessage!({ data: { opened: true } });
  const open = await opening;
  const links: LinkState[] = [];
  const source = open({ onMessage: () => {}, onLink: (link) => links.push(link) });
  source.send({ do: 'play', pace: 1 });
  expect(worker.posted.at(-1)).toEqual({ do: 'play', pace: 1 });
});
