/**
 * Each rule of the ring is switched off once, and the trials of the lab have to find what comes of it: a
 * judge that finds nothing then would find nothing either when somebody breaks the rule by mistake.
 *
 *     a rule ── a line of the built code is replaced ──▶ trials, seed after seed ──▶ a violation: seen
 *                                                         └─ none in so many, or another error: the proof fails
 *
 *     npm run proof:rules -- [--seed N] [--trials N] [RULE …]
 *
 * The code on disk stays as it is: the replacement is made while the module is loaded, in a process of its
 * own. A line that is not there any more is a failure, too: the rule has moved, and this list has to follow.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { register } from 'node:module';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const DIST = new URL('../../dist/', import.meta.url);
/** Keys of atomic acts in each trial. */
const REGISTERS = 4;

/** A small ring on a fast network. */
const QUIET = {
  ...{ nodes: 5, members: 5, identities: 1, settings: { k: 1 }, isLossy: false },
  ...{ network: { latency: { kind: 'uniform', lowMs: 1, highMs: 20 } }, disk: { flushMs: 2 } },
};

/**
 * By its name: the module, and what takes the place of what. A rule that chance hardly ever needs has a `plan`
 * that was made for it, by seed; it has to pass with the rule.
 */
const RULES = {
  promises: {
    is: 'an elector promises nothing lower than it has promised',
    file: 'ring/titles/elector.js',
    swaps: [
      ['overlapping.some((its) => compareEpochs(its.promised, epoch) > 0)', 'false'],
      ['compareEpochs(its.promised, epoch) <= 0', 'true'],
    ],
  },
  memory: {
    is: 'an elector remembers over a crash what it has promised',
    file: 'ring/seat.js',
    swaps: [['if (kept !== null)', 'if (false)']],
  },
  confirming: {
    is: 'an owner asks a majority whether it still is one',
    file: 'ring/tenure/confirming.js',
    swaps: [
      ['return now - confirmedAtMs <= CONFIRMED_PULSES', 'return true || now <= CONFIRMED_PULSES'],
      ['holding.doubters.push(heard);', "return heard(now, 'yes');"],
    ],
  },
  copies: {
    is: 'a write is done when all copies have it',
    file: 'ring/copies/commit.js',
    swaps: [['if (this.copies < copies.length ||', 'if (false &&']],
  },
  once: {
    is: 'an act is done once, however often it is sent',
    file: 'ring/copies/once.js',
    swaps: [['if (act === null)', 'if (true)']],
  },
  reads: {
    is: 'what was read is on all copies',
    file: 'ring/copies/titled-acts.js',
    swaps: [["level === 'one' || !isOpen(identity, key, record)", 'true']],
  },
  fence: {
    is: 'copies refuse what comes under an older title',
    file: 'ring/copies/kept-frames.js',
    swaps: [
      ['if (!node.seat?.allows(key, at, epoch))', 'if (false)'],
      ['return compareToEpoch(before, 0, epoch) <= 0', 'return true'],
    ],
    plan: timelessPauses,
  },
  late: {
    is: 'nobody is served for whom nobody waits any more',
    file: 'ring/lifetime.js',
    swaps: [
      ['const untilMs = isDoubtful ? -Infinity : fromMs + leftMs', 'const untilMs = Infinity'],
    ],
    plan: shortPauses,
  },
  data: {
    is: 'a member is its data: without it, it is another',
    file: 'ring/titles/title.js',
    swaps: [['a.home === b.home && a.incarnation === b.incarnation', 'a.home === b.home']],
    plan: emptyPairs,
  },
};

/** What programs do in plans that were made for a rule: much, with few keys. */
const BUSY = { keys: 2, valueBytes: [8], commandMs: 30 };

/** A pause of whoever owns what was written last. */
const pauseAt = (atMs, forMs, isTimeless) => ({
  ...{ atMs, do: 'pause', forMs, isTimeless, count: 1, silent: false, aimed: true },
});

/**
 * An owner stands still together with its clock until it has been replaced; woken, it has been confirmed a
 * moment ago, as far as it knows, and takes writes for which the copies have a later title.
 */
function timelessPauses(seed) {
  const steps = [2000, 17_000, 32_000, 47_000].map((atMs) => pauseAt(atMs, 10_000, true));
  return { ...QUIET, ...BUSY, seed, steps, budget: 5, faultsMs: 60_000 };
}

/** An owner stands still for as long as nobody replaces it, and programs do not wait that long. */
function shortPauses(seed) {
  const steps = Array.from({ length: 10 }, (_, i) => pauseAt(2000 + 6000 * i, 3500, false));
  return { ...QUIET, ...BUSY, seed, steps, budget: 5, faultsMs: 64_000, hurriedMs: 1000 };
}

/** An owner and one of its two backups lose their disks at once, and are back before anybody has taken their place. */
function emptyPairs(seed) {
  const blow = { do: 'empty', forMs: 200, count: 2, silent: false, aimed: true };
  const steps = [1000, 9000, 17_000, 25_000].map((atMs) => ({ atMs, ...blow }));
  const ring = { nodes: 7, members: 7, settings: { k: 2 } };
  return { ...QUIET, ...BUSY, ...ring, seed, steps, budget: 7, faultsMs: 30_000 };
}

const OPTIONS = {
  seed: { type: 'string', default: '1' },
  trials: { type: 'string', default: '1500' },
  rule: { type: 'string' },
  kept: { type: 'boolean' },
};

/** How a judge, or the code itself, says that something is wrong; any other error is one of ours. */
const FINDINGS = new Set(['Violation', 'InvariantError']);

/** What a module is loaded as; `data` is the rule. */
const LOADER = `
let rule;
export function initialize(data) { rule = data; }
export async function load(url, context, next) {
  const loaded = await next(url, context);
  if (url !== rule.url) return loaded;
  let source = String(loaded.source);
  for (const [line, instead] of rule.swaps) {
    if (!source.includes(line)) throw new Error('not there any more: ' + line);
    source = source.replace(line, () => instead);
  }
  return { ...loaded, source };
}`;

/** In a process of its own: trials without the rule, or with it, until one is found wanting. */
async function tried(rule, isKept, firstSeed, trials) {
  if (!isKept) {
    const data = { url: new URL(rule.file, DIST).href, swaps: rule.swaps };
    register(`data:text/javascript,${encodeURIComponent(LOADER)}`, { data });
  }
  const { ringPlanOf } = await import(new URL('lab/ring/ring-soak.js', DIST));
  const { runRingTrial } = await import(new URL('lab/ring/ring-trial.js', DIST));
  const planOf = rule.plan ?? ((seed) => ringPlanOf(seed, { isShort: true }));
  for (let i = 0; i < trials; i++) {
    const plan = planOf(firstSeed + i);
    try {
      runRingTrial({ ...plan, registers: REGISTERS });
    } catch (error) {
      const line = String(error.message).split('\n')[0].slice(0, 160);
      const seed = FINDINGS.has(error.name) ? plan.seed : null;
      return process.send({
        trials: i + 1,
        seed,
        line: seed === null ? `${error.name}: ${line}` : line,
      });
    }
  }
  process.send({ trials, seed: null, line: '' });
}

async function seen(name, isKept, firstSeed, trials) {
  const args = ['--rule', name, '--seed', String(firstSeed), '--trials', String(trials)];
  if (isKept) args.push('--kept');
  const child = fork(fileURLToPath(import.meta.url), args);
  const ended = once(child, 'exit');
  const answer = once(child, 'message').then(([message]) => message);
  const found = await Promise.race([answer, ended.then(() => null)]);
  await ended;
  return found ?? { trials: 0, seed: null, line: 'the trials came to nothing' };
}

/** What came of it, in words; null: it was missed as it should be. */
async function faultOf(name, firstSeed, trials) {
  const { is, plan } = RULES[name];
  const { seed, line, trials: made } = await seen(name, false, firstSeed, trials);
  const told =
    seed === null
      ? `NOT SEEN in ${made} trials ${line}`
      : `seen in trial ${made}, seed ${seed}: ${line}`;
  console.log(`${name.padEnd(11)} ${is}\n${' '.repeat(12)}without it ${told}`);
  if (seed === null) return 'not seen';
  if (plan === undefined) return null;
  const kept = await seen(name, true, firstSeed, made);
  if (kept.line === '' && kept.trials === made) return null;
  console.log(`${' '.repeat(12)}WITH it, in trial ${kept.trials}: ${kept.line}`);
  return 'seen with it';
}

async function main(names, firstSeed, trials) {
  let missed = 0;
  for (const name of names) {
    if ((await faultOf(name, firstSeed, trials)) === null) missed++;
  }
  console.log(`${missed} of ${names.length} rules are missed when they are off`);
  process.exitCode = missed === names.length ? 0 : 1;
}

const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
const unknown = positionals.find((name) => !(name in RULES));
if (unknown !== undefined) {
  console.error(`"${unknown}" is no rule; there are ${Object.keys(RULES).join(', ')}`);
  process.exit(2);
}
const [firstSeed, trials] = [Number(values.seed), Number(values.trials)];
if (values.rule !== undefined) {
  await tried(RULES[values.rule], values.kept === true, firstSeed, trials);
} else {
  await main(positionals.length > 0 ? positionals : Object.keys(RULES), firstSeed, trials);
}
