/** The commands of those who study the network: what passes through a node, played again, and who is there. */
import type { Command } from 'commander';
import { CRAWL_RATE, PACKET_DIRECTIONS, PACKET_KINDS, PACKET_VERDICTS } from '../../mainline.ts';
import { duration, id, oneOf, share, wholeNumberIn } from '../arguments.ts';
import { openConsole } from '../console.ts';
import type { CrawlCommandOptions } from './crawl.ts';
import { addNodeOptions } from './node-options.ts';
import type { ReplayCommandOptions } from './replay.ts';
import type { TapOptions } from './tap.ts';

const COUNT_MAX = 1_000_000_000;

export function researchCommands(group: Command): void {
  addNodeOptions(
    group.command('tap').description('run a node, and show every datagram and what became of it'),
    true,
  )
    .option('--out <file>', 'write all datagrams to this file as JSON lines')
    .option('--pcap <file>', 'write all datagrams to this file as Wireshark reads them')
    .option(
      '--only <direction>',
      'only datagrams that come in, or go out: in, out',
      oneOf(...PACKET_DIRECTIONS),
    )
    .option('--kind <kind>', PACKET_KINDS.join(', '), oneOf(...PACKET_KINDS))
    .option('--method <name>', 'queries of this method, and their replies')
    .option('--peer <address>', 'an IP, or IP and port')
    .option('--verdict <verdict>', PACKET_VERDICTS.join(', '), oneOf(...PACKET_VERDICTS))
    .option('--sample <share>', 'show this share of all exchanges, 0..1', share)
    .option('--count <number>', 'stop after so many datagrams', wholeNumberIn(1, COUNT_MAX))
    .option('--for <duration>', 'stop after this long, such as 10s', duration)
    .option('--read-only', 'ask, but answer nobody (BEP 43)')
    .option('--state <file>', 'keep id, contacts and announcements there from one run to the next')
    .option('--json', 'one JSON object per line', false)
    .action(async (options: TapOptions) => {
      const { tap } = await import('./tap.ts');
      await tap(options, openConsole(options.json));
    });

  crawlCommand(group);

  group
    .command('replay')
    .description('play a capture of tap, or a pcap file, to a node of the lab')
    .argument('<file>', 'JSON lines of tap, or pcap')
    .option(
      '--local <host:port>',
      'whose side is ours (default: who took part most), of a pcap file',
    )
    .option('--recording <file>', 'also write a recording that the studio plays')
    .option('--no-limits', 'the node answers everybody, however often they ask')
    .option('--seed <number>', 'seed of the node', wholeNumberIn(0, 0xffffffff), 1)
    .option('--json', 'one JSON object per line', false)
    .action(async (file: string, options: ReplayCommandOptions & { json: boolean }) => {
      const { replayFile } = await import('./replay.ts');
      await replayFile(file, options, openConsole(options.json));
    });
}

function crawlCommand(group: Command): void {
  addNodeOptions(
    group
      .command('crawl')
      .description('find all nodes of the network, or of a zone, and samples of what they keep'),
    false,
    'what the whole node may ask for the first time, its own upkeep too, per second (default: twice --rate)',
  )
    .requiredOption('--out <folder>', 'folder of the tables; a crawl that was begun there goes on')
    .option('--also <address>', 'also crawl over the other IP family, from this address')
    .option('--zone <id>', 'only nodes whose ids begin as this one does (default: our id)', id)
    .option(
      '--bits <number>',
      'bits of the zone that ids share; 0 is the whole network',
      wholeNumberIn(0, 64),
      0,
    )
    .option(
      '--rate <number>',
      'nodes that the crawl begins to visit, per second',
      wholeNumberIn(1, 10_000),
      CRAWL_RATE,
    )
    .option('--questions <number>', 'questions to each node', wholeNumberIn(1, 16), 2)
    .option('--no-samples', 'do not ask for info-hashes (BEP 51)')
    .option('--limit <number>', 'stop at so many nodes', wholeNumberIn(1, 10_000_000))
    .option(
      '--scrape <number>',
      'estimate seeds and peers of so many info-hashes found (BEP 33)',
      wholeNumberIn(0, 100_000),
      0,
    )
    .option('--for <duration>', 'stop after this long, such as 10m', duration)
    .option('--json', 'one JSON object per line', false)
    .action(async (options: CrawlCommandOptions) => {
      const { crawl } = await import('./crawl.ts');
      await crawl(options, openConsole(options.json));
    });
}
