import { recordSimulation, type SceneMessage } from 'ringlight/scene';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FIRST_CONFIG } from '../../../web/src/lessons/lesson.ts';

const PATIENCE = { timeout: 10_000 };

interface Scope {
  postMessage(message: unknown): void;
  onmessage: ((event: { data: unknown }) => void) | null;
}

let scope: Scope;
let told: unknown[];

beforeEach(async () => {
  told = [];
  scope = { postMessage: (message) => told.push(message), onmessage: null };
  vi.stubGlobal('self', scope);
  vi.resetModules();
  await import('../../../web/src/sources/recording-worker.ts');
});

afterEach(() => void vi.unstubAllGlobals());

function recorded(): string {
  let text = '';
  recordSimulation(
    { ...FIRST_CONFIG, nodes: 4, keys: 2 },
    [],
    500,
    (line) => (text += `${line}\n`),
  );
  return text;
}

/** What the worker answers to a file, however it comes in pieces. */
async function open(pieces: readonly Uint8Array[]): Promise<unknown> {
  const stream = () =>
    new ReadableStream({
      start(controller) {
        for (const piece of pieces) controller.enqueue(piece);
        controller.close();
      },
    });
  scope.onmessage!({ data: { open: { stream } } });
  await expect.poll(() => told.length, PATIENCE).toBeGreaterThan(0);
  return told[0];
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

describe('a recording', () => {
  test('is read in whatever pieces it comes, also within a letter, and played', async () => {
    const bytes = bytesOf(recorded().replace(/"title":"[^"]*"/, '"title":"“später” – 24 €"'));
    const pieces = [];
    for (let at = 0; at < bytes.length; at += 61) pieces.push(bytes.subarray(at, at + 61));
    expect(await open(pieces)).toEqual({ opened: true });
    const messages = () => told.slice(1).flat() as SceneMessage[];
    await expect.poll(() => messages().map(({ type }) => type), PATIENCE).toContain('frame');
    const hello = messages().find((message) => message.type === 'hello');
    expect(hello).toMatchObject({ origin: 'recording', title: '“später” – 24 €' });
  });

  test('that is none is told in one line', async () => {
    expect(await open([bytesOf('hello\n')])).toEqual({ failed: expect.stringMatching(/^[^\n]+$/) });
  });

  test('that is not even text is told so', async () => {
    expect(await open([Uint8Array.of(0xff, 0xfe, 0x00, 0x80)])).toEqual({
      failed: 'this is no text',
    });
  });

  test('that the server does not have, or cannot send, is told', async () => {
    vi.stubGlobal('fetch', async () => new Response('', { status: 404 }));
    scope.onmessage!({ data: { open: 'http://127.0.0.1/run.ring' } });
    await expect.poll(() => told).toEqual([{ failed: 'the server answered 404' }]);
    vi.stubGlobal('fetch', () => Promise.reject(new TypeError('failed to fetch')));
    scope.onmessage!({ data: { open: 'http://127.0.0.1/run.ring' } });
    await expect.poll(() => told.at(-1)).toEqual({ failed: 'the server cannot be reached' });
  });
});
