/**
 * A scorecard of one node, by what it answers: each rule is put to it as a stranger would, and what was
 * sent and what came is kept. A rule that cannot be tested from outside says why it was not.
 *
 *     rules.ts ── a check? ── no: not tested, and why
 *              └─ yes: probes ask ── holds │ violates, and how │ not tested: the node does not offer it
 */
import { type Address, ipOf, isIp6, isLoopback, parseIp, parseIp6 } from '../../core/address.ts';
import { checkNames, wholeNumber } from '../../core/argument.ts';
import { checkSignal, unlessAborted } from '../../io/calls.ts';
import { type Endpoint, localIp, parseEndpoint, resolveEndpoint } from '../../io/endpoint.ts';
import { DhtError } from '../../io/errors.ts';
import { NotOffered, Probe, type ProbeOptions, Violation } from './probe.ts';
import { QUERY_CHECKS } from './query-checks.ts';
import { RULES } from './rules.ts';
import { STORAGE_CHECKS } from './storage-checks.ts';
import { type Check, type Company, WIRE_CHECKS } from './wire-checks.ts';

export type ConformanceVerdict = 'holds' | 'violates' | 'not tested';

export interface RuleResult {
  number: number;
  rule: string;
  verdict: ConformanceVerdict;
  /** How it is violated, or why it was not tested; empty where it holds. */
  why: string;
  /** The last message of the test and what came back: text as it is, other bytes as `\hh`. */
  sent: string;
  came: string;
}

export interface ConformanceResult {
  holds: number;
  violates: number;
  untested: number;
  rules: RuleResult[];
}

export interface ConformanceOptions {
  /** How long a node may take to answer, ms. Default 2000. */
  timeoutMs?: number;
  /** Local address to ask from. Default: any, and for a node on loopback its own. */
  host?: string;
  /** Hears each result as it comes. */
  onRule?: (result: RuleResult) => void;
  /** Gives it up when it fires, with ABORTED. */
  signal?: AbortSignal;
}

/** Nodes on this machine are asked as fast as they answer, others 4 times a second. */
const PACE_MS = 250;
const RESIDENTS = 8;
const ANY_IP = 0;
const CHECKS: Readonly<Record<number, Check>> = {
  ...WIRE_CHECKS,
  ...QUERY_CHECKS,
  ...STORAGE_CHECKS,
};

/**
 * Tests a node from outside: a few hundred datagrams, 2 seconds on this machine, minutes elsewhere. It
 * leaves some peers and items in the node's stores.
 * @throws DhtError TIMEOUT when the node does not answer at all, ABORTED by its signal; TypeError, RangeError.
 */
export async function checkConformance(
  node: string | Endpoint,
  options: ConformanceOptions = {},
): Promise<ConformanceResult> {
  checkNames(options, 'options', 'checkConformance', ['timeoutMs', 'host', 'onRule', 'signal']);
  const { signal } = options;
  checkSignal(signal);
  const timeoutMs = wholeNumber(options.timeoutMs ?? 2000, 'timeoutMs', 1, 60_000);
  const isV6 = [parseEndpoint(node, 'node').host, options.host].some((one) => one?.includes(':'));
  const to = await unlessAborted(signal, resolveEndpoint(node, 'node', isV6 ? 6 : 4));
  const home = options.host === undefined ? homeFor(to) : await localIp(options.host);
  const probes: Probe[] = [];
  try {
    const { probe, company } = await gather(home, to, { timeoutMs, signal }, probes);
    const rules: RuleResult[] = [];
    for (const { number, title, untested } of RULES) {
      const check = CHECKS[number];
      const result = check
        ? await judged(probe, check, company)
        : { verdict: 'not tested' as const, why: untested ?? '', sent: '', came: '' };
      rules.push({ number, rule: title, ...result });
      options.onRule?.(rules.at(-1)!);
    }
    const count = (verdict: ConformanceVerdict): number =>
      rules.filter((rule) => rule.verdict === verdict).length;
    const untested = count('not tested');
    return { holds: count('holds'), violates: count('violates'), untested, rules };
  } finally {
    await Promise.all(probes.map((one) => one.close()));
  }
}

function homeFor(to: Address): number {
  if (isLoopback(to)) return ipOf(to);
  return isIp6(ipOf(to)) ? parseIp6('::') : ANY_IP;
}

async function judged(
  probe: Probe,
  check: Check,
  company: Company,
): Promise<Pick<RuleResult, 'verdict' | 'why' | 'sent' | 'came'>> {
  probe.sent = '';
  probe.came = '';
  const as = (verdict: ConformanceVerdict, why: string) => ({
    ...{ verdict, why, sent: probe.sent, came: probe.came },
  });
  try {
    await check(probe, company);
    return as('holds', '');
  } catch (error) {
    if (error instanceof NotOffered) return as('not tested', error.message);
    if (error instanceof Violation) return as('violates', error.message);
    throw error;
  }
}

/** All who take part, and have made themselves known to the node. */
async function gather(
  home: number,
  to: Address,
  waiting: Pick<ProbeOptions, 'timeoutMs' | 'signal'>,
  probes: Probe[],
): Promise<{ probe: Probe; company: Company }> {
  const isHere = isLoopback(to);
  const settings: ProbeOptions = { ...waiting, paceMs: isHere ? 0 : PACE_MS };
  const open = async (ip: number): Promise<Probe> => {
    const probe = await Probe.open(ip, to, settings);
    probes.push(probe);
    return probe;
  };
  const probe = await open(home);
  try {
    await probe.ask('ping', {});
  } catch (error) {
    if (error instanceof Violation) {
      throw new DhtError('TIMEOUT', `no answer within ${waiting.timeoutMs} ms`);
    }
    throw error;
  }
  const residents: Probe[] = [];
  for (let i = 0; i < RESIDENTS; i++) residents.push(await open(home));
  const [silent, readOnly] = [await open(home), await open(home)];
  silent.isResponsive = false;
  readOnly.isReadOnly = true;
  // Of IPv6 there is one loopback address.
  const hasSecond = isHere && !isIp6(ipOf(to));
  const elsewhere = hasSecond ? await open(parseIp('127.0.0.2')).catch(() => null) : null;
  for (const one of residents) await one.ask('find_node', { target: one.id });
  await silent.ask('find_node', { target: silent.id });
  await readOnly.ask('find_node', { target: readOnly.id });
  return { probe, company: { isHere, residents, silent, readOnly, elsewhere } };
}
