import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { openMainline } from '../../../src/mainline.ts';
import { readRecording } from '../../../src/scene.ts';
import { objects, Running, ringlight } from '../command.ts';

const folder = mkdtempSync(join(tmpdir(), 'ringlight-tap-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const TAP = ['mainline', 'tap', '--host', '127.0.0.1', '--port', '0', '--no-bootstrap', '--json'];

/** What the example makes of a capture, as whoever plays it reads it. */
function convert(file: string, to: string) {
  const example = new URL('../../../examples/trace-to-recording.mjs', import.meta.url).pathname;
  execFileSync(process.execPath, [example, file, to]);
  return readRecording(readFileSync(to, 'utf8'));
}

/** Runs tap, and asks its node something. */
async function tapped(args: string[], pings: number) {
  const running = new Running([...TAP, ...args]);
  const { port } = await running.event('listening');
  const other = await openMainline({ host: '127.0.0.1', bootstrap: false, readOnly: false });
  for (let i = 0; i < pings; i++) await other.ping({ host: '127.0.0.1', port });
  return { running, other };
}

test('tells packets as they come, those that are wanted, and ends after so many', async () => {
  const { running, other } = await tapped(['--only', 'in', '--kind', 'query', '--count', '2'], 2);
  const outcome = await running.ended;
  expect(outcome.status).toBe(0);
  const packets = objects(outcome).filter(({ event }) => event === 'packet');
  expect(packets).toHaveLength(2);
  expect(packets[0]).toMatchObject({ direction: 'in', method: 'ping', verdict: 'answered' });
  expect(objects(outcome).at(-1)).toEqual({ event: 'tapped', packets: 2, missed: 0 });
  await other.close();
});

test('files of it are played to a node of the lab, and make a recording', async () => {
  const [lines, pcap, recording] = ['a.jsonl', 'a.pcap', 'a.rec'].map((name) => join(folder, name));
  const { running, other } = await tapped(['--out', lines, '--pcap', pcap], 5);
  const ended = await running.end();
  expect(ended.status).toBe(0);
  const told = readFileSync(lines, 'utf8').trimEnd().split('\n');
  expect(told.length).toBeGreaterThanOrEqual(10);
  const reports = [];
  for (const file of [lines, pcap]) {
    const outcome = await ringlight([
      'mainline',
      'replay',
      file,
      '--recording',
      recording,
      '--json',
    ]);
    expect(outcome.status).toBe(0);
    const [recorded, replayed] = objects(outcome);
    expect(recorded).toMatchObject({ event: 'recorded', file: recording, isFull: false });
    expect(replayed).toMatchObject({ event: 'replayed', packets: told.length, differences: [] });
    reports.push(replayed);
  }
  expect(readFileSync(recording, 'utf8')).toMatch(/^\{"format":"ringlight-recording"/);
  expect(reports[0]).toMatchObject({ queries: 5, same: 5, captured: { answered: 5 } });
  const scenes = [lines, pcap].map((file) => convert(file, `${file}.scene`));
  const [ofLines, ofPcap] = scenes.map(({ lines }) => lines.map((line) => JSON.parse(line)));
  const flights = ofPcap!.flatMap((message) => message.flights ?? []);
  expect(flights).toHaveLength(told.length);
  expect(flights.filter(({ kind }) => kind === 'ping').length).toBeGreaterThanOrEqual(5);
  // A pcap file does not say whose side is ours, and of two who only talk to each other none is the busier.
  const said = (messages: { flights?: { kind: string; data: unknown }[] }[]) =>
    messages.flatMap(({ flights = [] }) => flights.map(({ kind, data }) => ({ kind, data })));
  expect(said(ofPcap!)).toEqual(said(ofLines!));
  await other.close();
});
