// Turns a trace of any DHT into a recording that the studio plays.
//
//     node examples/trace-to-recording.mjs capture.pcap run.scene    Mainline: a pcap file, or the lines of
//     node examples/trace-to-recording.mjs tap.jsonl run.scene       "ringlight mainline tap --out FILE"
//     node examples/trace-to-recording.mjs trace.jsonl run.scene     any other: a line of JSON for each message,
//                                      {"atMs":0,"arrivesMs":40,"from":"alice","to":"bob","kind":"find"}
//     npx ringlight studio --recording run.scene
//
// Without a file it takes the three messages below.
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { readCapture } from 'ringlight/mainline';
import {
  captureScene,
  NO_FIGURES,
  NodeState,
  Recorder,
  readRecording,
  SCENE_VERSION,
} from 'ringlight/scene';

const OWN = `{"atMs":0,"arrivesMs":40,"from":"alice","to":"bob","kind":"find"}
{"atMs":50,"arrivesMs":95,"from":"bob","to":"alice","kind":"found"}
{"atMs":300,"from":"carol","to":"bob","kind":"find"}
`;

const [from, to] = process.argv.slice(2);
const lines = [];
const recorder = new Recorder((line) => lines.push(line));
try {
  const trace = from === undefined ? Buffer.from(OWN) : readFileSync(from);
  if (isOwnTrace(trace)) ownScene(messagesOf(trace), (message) => recorder.take(message));
  else captureScene(readCapture(trace), (message) => recorder.take(message));
} catch (error) {
  console.error(`${from}: ${error.message}`);
  process.exit(1);
}
const text = `${lines.join('\n')}\n`;
if (to !== undefined) writeFileSync(to, text);

const recording = readRecording(text); // whoever plays it reads it in the same way
const endMs = recording.timesMs.at(-1);
console.log(
  `${recording.lines.length} messages, up to ${endMs} ms${recorder.isOver ? '; it is full' : ''}`,
);

/** Lines of the tap have a direction and a peer; ours say who sent what to whom. */
function isOwnTrace(bytes) {
  if (bytes[0] !== 0x7b) return false;
  const [first] = messagesOf(bytes.subarray(0, bytes.indexOf(0x0a) + 1));
  return first !== undefined && 'from' in first && 'to' in first;
}

function messagesOf(bytes) {
  const lines = bytes.toString().split('\n').filter(Boolean);
  return lines.map((line) => JSON.parse(line));
}

/** A hello, the places of all nodes, a whole update; then, for each 100 ms, flights and an update. */
function ownScene(sent, tell) {
  const nodes = [...new Set(sent.flatMap(({ from, to }) => [from, to]))];
  const numberOf = new Map(nodes.map((node, number) => [node, number]));
  tell({
    type: 'hello',
    version: SCENE_VERSION,
    overlay: 'ring',
    origin: 'recording',
    title: `A trace of ${nodes.length} nodes`,
    config: null,
    abilities: [],
    k: 0,
    endMs: null,
  });
  tell({
    type: 'places',
    first: 0,
    ids: Uint8Array.from(nodes.flatMap((node) => [...idOf(node)])),
    nodes: Uint32Array.from(nodes.keys()),
    addresses: new Float64Array(nodes.length),
  });
  tell(update(sent[0].atMs, true, nodes.length, 0));
  for (let next = 0; next < sent.length; ) {
    const endMs = sent[next].atMs + 100;
    const flights = [];
    for (; next < sent.length && sent[next].atMs < endMs; next++) {
      const { atMs, arrivesMs = null, from, to, kind, bytes = 0 } = sent[next];
      const ends = { from: numberOf.get(from), to: numberOf.get(to) };
      const fate = arrivesMs === null ? 'unknown' : 'delivered';
      const told = { id: next + 1, sentMs: atMs, arrivesMs, fate, kind, bytes };
      flights.push({ ...told, ...ends, lookup: 0, exchange: 0 });
    }
    tell({ type: 'flights', flights, omitted: 0 });
    tell(update(endMs, false, nodes.length, next));
  }
}

/** An id of 40 hexadecimal digits as it is, any other name by its hash. */
function idOf(name) {
  if (/^[0-9a-f]{40}$/.test(name)) return Buffer.from(name, 'hex');
  return createHash('sha1').update(name).digest();
}

function update(atMs, whole, count, messages) {
  return {
    type: 'frame',
    atMs,
    whole,
    playing: true,
    pace: 1000,
    nodes: whole ? Uint32Array.from({ length: count }, (_, node) => node) : new Uint32Array(0),
    states: whole ? new Uint8Array(count).fill(NodeState.up) : new Uint8Array(0),
    places: new Uint32Array(0),
    successors: new Int32Array(0),
    safeties: new Uint8Array(0),
    sybils: new Uint32Array(0),
    sides: null,
    keys: [],
    figures: { ...NO_FIGURES, nodesNow: count, messages },
    loads: null,
  };
}
