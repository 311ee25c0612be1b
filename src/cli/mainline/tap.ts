/**
 * `ringlight mainline tap`: a node that serves, and every datagram in and out of it with what became of it:
 * lines for people, JSON lines, or a file that Wireshark reads.
 */
import {
  captureLine,
  type Packet,
  type PacketDirection,
  type PacketKind,
  type PacketOptions,
  type PacketStream,
  type PacketVerdict,
  pcapHeader,
  pcapOf,
} from '../../mainline.ts';
import { bold, type Console, counted, dim } from '../console.ts';
import { every, untilStopped } from '../stopping.ts';
import { WrittenFile } from '../written-file.ts';
import { endpointText, type NodeOptions, openNode } from './node-options.ts';

const STATUS_EVERY_MS = 1000;

export interface TapOptions extends NodeOptions {
  out?: string;
  pcap?: string;
  only?: PacketDirection;
  kind?: PacketKind;
  method?: string;
  peer?: string;
  verdict?: PacketVerdict;
  sample?: number;
  count?: number;
  for?: number;
  readOnly?: boolean;
  state?: string;
}

export async function tap(options: TapOptions, console: Console): Promise<void> {
  const over = new AbortController();
  void untilStopped(options.for).then(() => over.abort());
  const files = filesOf(options);
  const node = await openNode(options, {
    readOnly: options.readOnly ?? 'auto',
    ...(options.state !== undefined && { state: options.state }),
  });
  const { id, host, port } = node;
  console.aside.say(`Listening on ${bold(endpointText(host, port))} as ${id}.`);
  console.emit('listening', { host, port, id });
  try {
    const stream = node.packets({ ...filterOf(options), signal: over.signal });
    const told = await tellAll(stream, options, files, console);
    const { missed } = stream;
    console.progress('');
    console.emit('tapped', { packets: told, missed });
    const isWhole = missed === 0 ? '' : `, ${counted(missed, 'packet')} missed: they came faster`;
    console.aside.say(`${counted(told, 'packet')}${isWhole}`);
  } finally {
    await node.close();
    for (const file of Object.values(files)) file?.close();
  }
}

interface Files {
  lines: WrittenFile | null;
  pcap: WrittenFile | null;
}

function filesOf({ out, pcap }: TapOptions): Files {
  const files = {
    lines: out === undefined ? null : new WrittenFile(out),
    pcap: pcap === undefined ? null : new WrittenFile(pcap),
  };
  files.pcap?.bytes(pcapHeader());
  return files;
}

function filterOf({ only, kind, method, peer, verdict, sample }: TapOptions): PacketOptions {
  return {
    ...(only !== undefined && { direction: only }),
    ...(kind !== undefined && { kind }),
    ...(method !== undefined && { method }),
    ...(peer !== undefined && { peer }),
    ...(verdict !== undefined && { verdict }),
    ...(sample !== undefined && { sample }),
  };
}

async function tellAll(
  stream: PacketStream,
  { count = Number.POSITIVE_INFINITY }: TapOptions,
  files: Files,
  console: Console,
): Promise<number> {
  const isFiled = files.lines !== null || files.pcap !== null;
  let told = 0;
  // What was told so far is in the files, whatever becomes of this process.
  const stop = every(STATUS_EVERY_MS, () => {
    files.lines?.flush();
    files.pcap?.flush();
    if (isFiled) console.progress(`${counted(told, 'packet')} …`);
  });
  try {
    for await (const packet of stream) {
      files.lines?.line(JSON.stringify(captureLine(packet)));
      files.pcap?.bytes(pcapOf(packet));
      if (!isFiled) {
        if (console.json) console.emit('packet', captureLine(packet));
        else console.say(lineOf(packet));
      }
      if (++told >= count) break;
    }
  } finally {
    stop();
  }
  return told;
}

/** `12:00:01.250 in   query   get_peers          answered   127.0.0.1:7001  95 bytes`. */
function lineOf(packet: Packet): string {
  const { atMs, direction, kind, method, verdict, reason, peer, bytes, missed } = packet;
  const words = [
    new Date(atMs).toISOString().slice(11, 23),
    direction.padEnd(3),
    kind.padEnd(5),
    method.padEnd(17),
    (reason ?? verdict).padEnd(19),
    endpointText(peer.host, peer.port),
    dim(counted(bytes.length, 'byte')),
    ...(missed > 0 ? [`(${missed} missed before)`] : []),
  ];
  return words.join(' ');
}
