/**
 * The experiment `attacks`: every attack on a Mainline DHT that is known from the field, against the
 * product's own nodes, and one number for each, without the defence and with it:
 *
 *     surrounding   Sybils at a key or around a node, ids for every asker, liars (attacks/surrounding.ts)
 *     poisoning     phantoms, forged replies, own ids, addresses that mean nothing (attacks/poisoning.ts)
 *     flooding      reflection, storage, tokens, false peers, torn datagrams (attacks/flooding.ts)
 *     silence       droppers, delayers, and who learns what is looked for (attacks/silence.ts)
 *     alarms        whether a lookup can tell that it is being deceived (attacks/alarms.ts)
 *
 * Both numbers of a pair come from the same seed: the same honest nodes, the same attacker, the same
 * questions. An attack that does nothing without the defence would say nothing of it, so that is a
 * check as well.
 */
import { ALARMS } from '../attacks/alarms.ts';
import { type Attack, judged, Trial } from '../attacks/attack.ts';
import { FLOODING } from '../attacks/flooding.ts';
import { POISONING } from '../attacks/poisoning.ts';
import { SILENCE } from '../attacks/silence.ts';
import { SURROUNDING } from '../attacks/surrounding.ts';
import type { Check, ExperimentResult, Watch } from '../results/experiment.ts';
import { type Grade, summaryOf } from '../results/grade.ts';
import type { Recorder } from '../results/recorder.ts';
import { TraceHash } from '../trace-hash.ts';

export interface AttacksOptions {
  seed: number;
  /** Honest nodes. */
  nodes: number;
  /** Trials that a share is measured on. */
  trials: number;
  /** Names of the attacks that are made. */
  only: readonly string[];
}

/** All of them, in the order in which they run. */
export const ATTACKS: readonly Attack[] = [
  ...SURROUNDING,
  ...POISONING,
  ...FLOODING,
  ...SILENCE,
  ...ALARMS,
];

export const ATTACKS_DEFAULTS: AttacksOptions = {
  seed: 1,
  nodes: 400,
  trials: 100,
  only: ATTACKS.map(({ name }) => name),
};

export function attacks(
  { seed, nodes, trials, only }: AttacksOptions,
  watch: Watch = () => {},
  recorder: Recorder | null = null,
): ExperimentResult {
  const checks: Check[] = [];
  const figures: Record<string, number> = {};
  const grades: Grade[] = [];
  const hash = new TraceHash();
  let messages = 0;
  let virtualMs = 0;
  const measure = (attack: Attack, isDefended: boolean): number => {
    const condition = isDefended ? attack.name : `${attack.name}, undefended`;
    const trial = new Trial(seed, nodes, trials, recorder, condition);
    const measured = attack.measure(trial, isDefended);
    for (const stage of trial.stages) {
      messages += stage.world.delivered;
      virtualMs += stage.world.elapsedMs;
      hash.addHash(stage.world.traceHash);
      if (isDefended) grades.push(...stage.grades);
    }
    return measured;
  };
  const made = ATTACKS.filter(({ name }) => only.includes(name));
  for (const [done, attack] of made.entries()) {
    const { name, undefended, defended } = attack;
    if (undefended !== null) {
      const without = measure(attack, false);
      figures[`${name}Undefended`] = without;
      checks.push(judged(`${name}, undefended`, attack, undefended, trials, without));
    }
    figures[name] = measure(attack, true);
    checks.push(judged(name, attack, defended, trials, figures[name]));
    watch({ unit: 'attack', done: done + 1, of: made.length, messages, virtualMs });
  }
  return {
    experiment: 'attacks',
    ...{ seed, nodes, checks, messages, virtualMs, figures },
    pass: checks.every(({ pass }) => pass),
    traceHash: hash.toString(),
    metrics: summaryOf(grades),
  };
}
