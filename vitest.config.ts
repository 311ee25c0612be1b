import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const sources = fileURLToPath(new URL('src', import.meta.url));

const testsOf = (rooms: string[]) => rooms.map((room) => `test/${room}/**/*.test.ts`);
const MACHINES = testsOf(['core', 'mainline', 'ring', 'lab', 'scene']);
/** They start processes of their own, and replace nothing of this one: `npm run test:commands`. */
const COMMANDS = [...testsOf(['cli', 'studio', 'results']), 'test/examples.test.ts'];

/** Doors with real sockets: they replace nothing of their process but for one, which stays alone. */
const DOORS = ['test/{api,service,interop}/**/!(entrance).test.ts'];

/**
 * What is told by real clocks, sockets and processes is told by the machine's mood, too: a CI gives it a
 * second try, and test/closing-line.ts says which test needed one. Machines under virtual time get none.
 */
const SECOND_TRY = process.env['CI'] === undefined ? 0 : 1;

/** Tests that take long, one by one: `npm run test:long`. */
const LONG = 'test/**/*.long.test.ts';

/** Proofs in a real browser, with a command of their own: `npm run test:browser`. */
const BROWSER = 'test/web/browser/**/*.test.ts';

export default defineConfig({
  // As in web/vite.config.ts and web/tsconfig.json: the pages see doors only, by their public names.
  resolve: { alias: [{ find: /^ringlight\/(\w+)$/, replacement: `${sources}/$1.ts` }] },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  test: {
    projects: [
      // Machines have no world to spoil for one another: one process for all files saves 40 % of the time.
      {
        extends: true,
        test: {
          name: 'machines',
          include: MACHINES,
          exclude: [LONG],
          isolate: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        extends: true,
        test: {
          name: 'commands',
          include: COMMANDS,
          isolate: false,
          retry: SECOND_TRY,
          sequence: { groupOrder: 3 },
        },
      },
      {
        extends: true,
        test: {
          name: 'doors',
          include: DOORS,
          isolate: false,
          retry: SECOND_TRY,
          sequence: { groupOrder: 4 },
        },
      },
      {
        extends: true,
        test: {
          name: 'world',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: [...MACHINES, ...COMMANDS, ...DOORS, BROWSER, LONG],
          isolate: true,
          retry: SECOND_TRY,
          sequence: { groupOrder: 1 },
        },
      },
      {
        extends: true,
        test: {
          name: 'browser',
          include: [BROWSER],
          retry: SECOND_TRY,
          sequence: { groupOrder: 5 },
        },
      },
      {
        extends: true,
        test: {
          name: 'long',
          include: [LONG],
          isolate: false,
          // Under virtual time. Beside all that a CI does one of ten seconds has taken 337.
          testTimeout: 1_800_000,
          sequence: { groupOrder: 6 },
        },
      },
    ],
    setupFiles: ['./test/seeds.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two at a time: tests with real sockets measure real time.
    maxWorkers: 2,
    reporters: ['default', './test/closing-line.ts'],
  },
});
