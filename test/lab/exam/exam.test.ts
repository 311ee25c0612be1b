/** Exams sat by functions: right ones pass, wrong ones are told, and the same seed is the same exam. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { idOf } from '../../../src/lab/exam/asked.ts';
import type { ExamOptions } from '../../../src/lab/exam/trial.ts';
import type { Told } from '../../../src/lab/exam/turns.ts';
import { type Program, sit } from './functions.ts';

const SHORT: ExamOptions = { nodes: 4, joinMs: 2000, forMs: 20_000, calmMs: 3000 };

const echo: Program = (told) =>
  told.event === 'request' && told.op === 'echo'
    ? { reply: [{ request: told.request, value: told.value }] }
    : {};

/** All know all values: what no program of an exam could do. */
function shared(values = new Map<string, string>()): () => Program {
  return () => (told) => {
    if (told.event !== 'request') return {};
    const { request } = told;
    if (told.op === 'write') values.set(told.key, told.value);
    const value = told.op === 'read' ? { value: values.get(told.key) ?? null } : {};
    return { reply: [{ request, ...value }] };
  };
}

/** Everybody speaks to everybody he ever heard of; whoever was silent for a second is gone. */
function gossiper(node: number): Program {
  const heard = new Map<string, number>();
  const name = `n${node}`;
  return (told: Told) => {
    if (told.event === 'start') for (const door of told.doors) heard.set(door, told.nowMs);
    if (told.event === 'message') {
      heard.set(told.from, told.nowMs);
      for (const other of told.body as string[]) {
        if (other !== name && !heard.has(other)) heard.set(other, 0);
      }
    }
    if (told.event === 'request') {
      const living = [...heard].filter(([, at]) => told.nowMs - at < 1000);
      const ring = [name, ...living.map(([other]) => other)].sort((a, b) =>
        compare(idOf(a), idOf(b)),
      );
      const successor = ring[(ring.indexOf(name) + 1) % ring.length];
      return { reply: [{ request: told.request, successor }] };
    }
    if (told.event === 'message') return {};
    const send = [...heard.keys()].map((to) => ({ to, body: [...heard.keys()] }));
    return { send, wakeMs: 200 };
  };
}

function compare(a: Uint8Array, b: Uint8Array): number {
  const at = a.findIndex((byte, i) => byte !== b[i]);
  return at < 0 ? 0 : a[at]! - b[at]!;
}

describe('an exam', () => {
  test('is passed by whoever answers rightly, the same twice', () => {
    const { result } = sit({ ...SHORT, task: 'echo' }, () => echo);
    expect(result).toMatchObject({ pass: true, fault: null, requests: 103, answered: 103 });
    const again = sit({ ...SHORT, task: 'echo' }, () => echo);
    expect(again.result.traceHash).toBe(result.traceHash);
    const other = sit({ ...SHORT, task: 'echo', seed: 2 }, () => echo);
    expect(other.result.traceHash).not.toBe(result.traceHash);
  });

  test('what is said is part of the trace, also where it reaches nobody', () => {
    const silent: Program = (told) => ({ ...(echo(told) as object), wakeMs: null });
    const one = sit({ ...SHORT, task: 'echo' }, () => echo).result;
    expect(sit({ ...SHORT, task: 'echo' }, () => silent).result.traceHash).not.toBe(one.traceHash);
  });

  test('a ring by gossip is right when all has calmed down, whatever befell it', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const options = { ...SHORT, seed, nodes: 6, forMs: 50_000, task: 'ring' as const };
        const faults = ['loss', 'partition', 'pause', 'crash', 'wipe'] as const;
        const { result, processes } = sit({ ...options, faults }, gossiper);
        expect(result.checks.filter(({ pass }) => !pass)).toEqual([]);
        expect(result.lost).toBeGreaterThan(0);
        expect(processes.reduce((a, b) => a + b)).toBeGreaterThan(6);
      }),
      { numRuns: 2 },
    );
  });

  test('a ring without a word is wrong', () => {
    const alone: Program = (told) =>
      told.event === 'request' ? { reply: [{ request: told.request, successor: 'n0' }] } : {};
    const { result } = sit({ ...SHORT, task: 'ring' }, () => alone);
    expect(result.pass).toBe(false);
    expect(result.checks.find(({ pass }) => !pass)!.detail).toMatch(/it is successor n\d/);
  });

  test('values that all share are linearizable, and a process that begins anew loses its own', () => {
    const options = { ...SHORT, task: 'kv', consistency: 'linearizable' } as const;
    expect(sit({ ...options, faults: ['wipe'] }, shared()).result.pass).toBe(true);
    // One node has them all, and the others ask nobody.
    const lonely = sit({ ...options, nodes: 1, faults: ['wipe'] }, () => shared()());
    const failed = lonely.result.checks.filter(({ pass }) => !pass).map(({ name }) => name);
    expect(failed).toContain('acknowledged and lost');
    expect(lonely.processes[0]).toBeGreaterThan(1);
  });

  test('what is kept comes back after a crash', () => {
    const keeper = (): Program => {
      let values: Record<string, string> = {};
      return (told) => {
        if (told.event === 'start') values = (told.kept as Record<string, string>) ?? {};
        if (told.event !== 'request') return {};
        const { request } = told;
        if (told.op === 'read') {
          return { reply: [{ request, value: values[told.key] ?? null }] };
        }
        if (told.op === 'write') values[told.key] = told.value;
        return { reply: [{ request }], keep: values };
      };
    };
    const options = { ...SHORT, task: 'kv', nodes: 1 } as const;
    expect(sit({ ...options, faults: ['crash'] }, keeper).result.pass).toBe(true);
    expect(sit({ ...options, faults: ['wipe'] }, keeper).result.pass).toBe(false);
  });

  test('churn ends with the trial, and all are back', () => {
    const churn = {
      up: { kind: 'exponential', meanMs: 5000 },
      down: { kind: 'exponential', meanMs: 2000 },
    } as const;
    const { processes, exam } = sit({ ...SHORT, task: 'echo', churn }, () => echo);
    expect(processes.reduce((a, b) => a + b)).toBeGreaterThan(6);
    expect(exam.asked.filter(({ isLast }) => isLast)).toHaveLength(4);
  });
});

describe('a program that does what none may do ends the exam', () => {
  const told = (program: Program, more: ExamOptions = {}) =>
    sit({ ...SHORT, task: 'echo', ...more }, () => program).result;

  test('nonsense', () => {
    const result = told(() => 'hello');
    expect(result.pass).toBe(false);
    expect(result.fault).toBe(
      'at 0.000 s n0 answered what is no answer: expected a line of JSON, got "hello"',
    );
    expect(result.turns).toBe(1);
  });

  test('a reply that nobody waits for', () => {
    expect(told(() => ({ reply: [{ request: 5 }] })).fault).toContain(
      '"reply" to request 5, which nobody asks of n0',
    );
    const twice: Program = (line) => {
      const { reply = [] } = echo(line) as { reply?: object[] };
      return { reply: [...reply, ...reply] };
    };
    expect(told(twice).fault).toContain('which nobody asks of n1 any more');
  });

  test('a flood', () => {
    const busy: Program = () => ({ wakeMs: 1 });
    expect(told(busy, { turnsMax: 1000 }).fault).toContain('answered the 1,000th line: a flood');
  });
});
