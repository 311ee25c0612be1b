import { describe, expect, test } from 'vitest';
import { objects, ringlight } from '../command.ts';

const RUN = ['lab', 'soak', '--seed', '5', '--nodes', '8'];

describe('ringlight lab soak', () => {
  test('runs so many trials and sums them up, the same every time', async () => {
    const run = () => ringlight([...RUN, '--runs', '2', '--json']);
    const [one, two] = await Promise.all([run(), run()]);
    expect(one.status).toBe(0);
    const events = objects(one);
    expect(events.map(({ event, seed }) => [event, seed])).toEqual([
      ['trial', 5],
      ['trial', 6],
      ['result', 5],
    ]);
    expect(events.at(-1)).toMatchObject({ trials: 2, pass: true, checks: expect.any(Number) });
    expect(objects(two).slice(0, 2)).toEqual(events.slice(0, 2));
  });

  test('stops when its time is over, and tells people', async () => {
    const { status, stdout } = await ringlight([...RUN, '--for', '1ms']);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^soak {2}[01] trials? from seed 5, all passed\n/);
    expect(stdout).toMatch(/virtual h in/);
  });

  test('tells how many atomic acts there were', async () => {
    const args = [
      'lab',
      'soak',
      '--overlay',
      'ring',
      '--seed',
      '5',
      '--runs',
      '1',
      '--registers',
      '2',
    ];
    const [{ stdout }, json] = await Promise.all([ringlight(args), ringlight([...args, '--json'])]);
    const { acts, unjudged } = objects(json).at(-1) as { acts: number; unjudged: number };
    expect(acts).toBeGreaterThan(20);
    expect(unjudged).toBe(0);
    expect(stdout).toMatch(`registers   ${acts} atomic acts\n`);
  });

  test.each([
    [['--registers', '4'], /--registers is for --overlay ring/],
    [['--short'], /--short is for --overlay ring/],
    [['--nodes', '7'], /Expected a whole number in 8\.\./],
    [['--for', 'ever'], /Expected a duration/],
    [['--seed', '-1'], /Expected a whole number in 0\.\./],
    [['--runs', '0'], /Expected a whole number in 1\.\./],
  ])('%j is one line and exit status 2', async (args, message) => {
    const { status, stderr } = await ringlight(['lab', 'soak', ...args]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});
