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

/** By its name: the module, and what takes the place of what. */
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
  data: {
    is: 'a member is its data: without it, it is another',
    file: 'ring/titles/title.js',
    swaps: [['a.home === b.home && a.incarnation === b.incarnation', 'a.home === b.home']],
  },
};

const OPTIONS = {
  seed: { type: 'string', default: '1' },
  trials: { type: 'string', default: '150' },
  rule: { type: 'string' },
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

/** In a process of its own: trials without the rule, until one is found wanting. */
async function without(rule, firstSeed, trials) {
  if (rule !== null) {
    const data = { url: new URL(rule.file, DIST).href, swaps: rule.swaps };
    register(`data:text/javascript,${encodeURIComponent(LOADER)}`, { data });
  }
  const { ringPlanOf } = await import(new URL('lab/ring/ring-soak.js', DIST));
  const { runRingTrial } = await import(new URL('lab/ring/ring-trial.js', DIST));
  for (let i = 0; i < trials; i++) {
    const plan = ringPlanOf(firstSeed + i);
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

async function seen(name, firstSeed, trials) {
  const args = ['--rule', name, '--seed', String(firstSeed), '--trials', String(trials)];
  const child = fork(fileURLToPath(import.meta.url), args);
  const ended = once(child, 'exit');
  const answer = once(child, 'message').then(([message]) => message);
  const found = await Promise.race([answer, ended.then(() => null)]);
  await ended;
  return found ?? { trials: 0, seed: null, line: 'the trials came to nothing' };
}

async function main(names, firstSeed, trials) {
  const unseen = [];
  for (const name of names) {
    const { is } = RULES[name];
    const { seed, line, trials: made } = await seen(name, firstSeed, trials);
    if (seed === null) unseen.push(name);
    const told =
      seed === null
        ? `NOT SEEN in ${made} trials ${line}`
        : `seen in trial ${made}, seed ${seed}: ${line}`;
    console.log(`${name.padEnd(11)} ${is}\n${' '.repeat(12)}without it ${told}`);
  }
  console.log(
    `${names.length - unseen.length} of ${names.length} rules are missed when they are off`,
  );
  process.exitCode = unseen.length === 0 ? 0 : 1;
}

const { values, positionals } = parseArgs({ options: OPTIONS, allowPositionals: true });
const unknown = positionals.find((name) => !(name in RULES));
if (unknown !== undefined) {
  console.error(`"${unknown}" is no rule; there are ${Object.keys(RULES).join(', ')}`);
  process.exit(2);
}
const [firstSeed, trials] = [Number(values.seed), Number(values.trials)];
if (values.rule !== undefined) {
  await without(RULES[values.rule] ?? null, firstSeed, trials);
} else {
  await main(positionals.length > 0 ? positionals : Object.keys(RULES), firstSeed, trials);
}
