/**
 * The floors of the rooms, from the ground up: a file may import from its own floor and from those
 * below. State lies below the verbs over it, and the hub that routes what comes in is the roof.
 */
import type { Floors } from './house-graph.ts';

export const FLOORS: Readonly<Record<string, Floors>> = {
  'src/mainline/': [
    ['rows/'],
    ['krpc/'],
    ['table/'],
    ['stored/', 'counters.ts', 'routers.ts'],
    ['shared.ts', 'settings.ts', 'errand.ts'],
    ['state.ts'],
    ['asking/'],
    ['answering/'],
    ['node.ts'],
    ['choices.ts', 'trace.ts', 'views.ts'],
  ],
  'src/ring/': [
    ['dialects/', 'titles/'],
    ['settings.ts', 'outcome.ts', 'patience.ts', 'rate.ts', 'counters.ts', 'bounds.ts'],
    ['circle/'],
    ['frames.ts', 'records/'],
    ['shared.ts'],
    ['link.ts', 'memory.ts', 'agenda.ts'],
    ['state.ts', 'view.ts', 'holdings.ts'],
    ['routing/'],
    ['copies/'],
    ['membership/'],
    ['handover/'],
    ['answers.ts', 'class-service.ts', 'upkeep.ts'],
    ['connections.ts'],
    ['node.ts', 'client.ts'],
  ],
  'src/lab/': [
    [
      'duration.ts',
      'seed.ts',
      'sha1.ts',
      'ed25519.ts',
      'statistics.ts',
      'violation.ts',
      'trace-hash.ts',
    ],
    ['wheel.ts', 'wire.ts', 'prefetch.ts'],
    ['network/'],
    ['overlay.ts', 'world-state.ts'],
    ['streams/'],
    ['world.ts'],
    ['life/', 'results/'],
    ['mainline/', 'ring/'],
    ['experiments/'],
  ],
  'src/scene/': [
    ['protocol/limits.ts', 'protocol/base64.ts', 'protocol/names.ts', 'protocol/shape.ts'],
    ['protocol/columns.ts'],
    ['protocol/config.ts'],
    ['protocol/commands.ts'],
    ['protocol/messages.ts'],
    ['explain/'],
    ['views/'],
    ['world/'],
    ['mainline/', 'ring/'],
    ['simulation.ts'],
    ['recording/'],
  ],
  'src/studio/': [['live/'], ['mainline/', 'ring/'], ['server/']],
};
