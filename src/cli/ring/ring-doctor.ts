/** `ringlight ring info | doctor`: what one member says, and whether all of them make a ring. */
import type { EntryInfo, RingInfo } from '../../ring.ts';
import { bold, CommandError, type Console, counted, dim, green, red } from '../console.ts';
import { type AskOptions, admissionOf, entriesOf, withRing } from './ring-options.ts';
import { type Surveyed, walkRing } from './ring-survey.ts';
import { judge, type Survey } from './ring-verdict.ts';

/** Members that are listed to people; a larger ring is told in sums. */
const LISTED_MEMBERS = 64;

export async function info(options: AskOptions, console: Console): Promise<void> {
  const answer: EntryInfo = await withRing(options, (ring) =>
    ring.info({ timeoutMs: options.timeout }),
  );
  const [address] = entriesOf(options);
  if (answer.isPlain) {
    console.emit('info', { address, isPlain: true, text: answer.text });
    console.say(`${address} is a class program: it takes part without backups (K = 0).`);
    if (answer.text) console.text(answer.text);
    else console.say(dim('It says nothing of itself.'));
    return;
  }
  console.emit('info', { address, isPlain: false, ...answer.info });
  tellInfo(answer.info, console);
}

function tellInfo(info: RingInfo, console: Console): void {
  console.say(
    `${counted(info.records, 'record')} (${counted(info.bytes, 'byte')}), K ${info.effectiveK} of ` +
      `${info.k}, wire ${info.wire}, policy ${info.policy}, ${counted(info.connections, 'connection')}`,
  );
  const names = (list: readonly { address: string }[]): string =>
    list.map(({ address }) => address).join(' ') || dim('none');
  for (const one of info.identities) {
    console.say();
    console.say(`${bold(one.address)}  ${one.state}`);
    console.table([
      ['owns', `[${one.hash}, ${one.end})`],
      ['successors', names(one.successors)],
      ['predecessors', names(one.predecessors)],
      ['fingers', names(one.fingers)],
      ['backups', one.backups.map(backupText).join(' ') || dim('none')],
    ]);
  }
}

function backupText(backup: RingInfo['identities'][number]['backups'][number]): string {
  const { address, isInStep, progress } = backup;
  return isInStep ? address : `${address} (${Math.floor(progress * 100)} % compared)`;
}

export async function doctor(options: AskOptions, console: Console): Promise<void> {
  const { wire, timeout } = options;
  const found = await walkRing(
    entriesOf(options)[0],
    { ...(wire && { wire }), ...admissionOf(options), timeoutMs: timeout },
    (asked, known) => console.progress(`asked ${asked} of ${counted(known, 'node')} …`),
  );
  console.progress('');
  const survey = judge(found);
  tell(survey, console);
  if (survey.faults.length === 0) return;
  throw new CommandError(`${counted(survey.faults.length, 'fault')} found`, 1, 'FAULTS');
}

function tell(survey: Survey, console: Console): void {
  const { members, dead, faults, principals, principalsNeeded, effectiveK, k, clockOffsetsMs } =
    survey;
  for (const [i, one] of members.entries()) {
    const { address, hash, isPlain, view, info } = one;
    console.emit('member', {
      address,
      hash,
      isPlain,
      share: shareOf(members, i),
      effectiveK: view?.effectiveK ?? 0,
      copiesMissing: copiesMissing(one),
      epoch: view?.title?.epoch ?? null,
      clockOffsetMs: clockOffsetsMs.get(address) ?? null,
      incarnation: info?.incarnation ?? null,
    });
  }
  for (const fault of faults) console.emit('fault', fault);
  const { length: plain } = members.filter(({ isPlain }) => isPlain);
  console.emit('verdict', {
    isSound: faults.length === 0,
    members: members.length,
    plain,
    dead: dead.map(({ address }) => address),
    effectiveK,
    k,
    principals,
    principalsNeeded,
  });
  if (members.length <= LISTED_MEMBERS) console.table(membersTable(survey));
  console.say();
  const has = (check: string): boolean => faults.some((fault) => fault.check === check);
  const line = (isGood: boolean, text: string): void =>
    console.say(`${isGood ? green('ok  ') : red('BAD ')}${text}`);
  line(
    !has('coverage'),
    `coverage: ${counted(members.length, 'member')}, ${has('coverage') ? 'arcs do not meet' : 'no gap, no key with two owners'}`,
  );
  line(!has('order'), 'order: every member is followed by the next on the circle');
  line(!has('k'), `backups: effective K ${effectiveK}, ${k} asked for`);
  line(
    !has('missing'),
    has('missing')
      ? 'members: somebody is missing'
      : 'members: all are there whom titles name, and all copies that there should be',
  );
  line(!has('live successor'), 'every list of successors has a living entry (Zave 1)');
  line(
    !has('principals'),
    `${counted(principals, 'principal')}, ${principalsNeeded} needed (Zave 2)`,
  );
  if (plain > 0) {
    console.say(
      dim(`    ${counted(plain, 'class program')} without backups: K = 0 for what they own.`),
    );
  }
  if (dead.length > 0) {
    console.say(
      dim(`    named by others, not there: ${dead.map(({ address }) => address).join(' ')}`),
    );
  }
  for (const { check, address, message } of faults) {
    console.say(red(`  ${check}: ${address} ${message}`));
  }
}

/** Of its own arc; null of a class program, which keeps none. */
function copiesMissing({ info, view }: Surveyed): number | null {
  return info === null || view === null ? null : info.k - view.effectiveK;
}

function membersTable({ members, clockOffsetsMs }: Survey): string[][] {
  const rows = members.map((one, i) => [
    one.address,
    one.hash.slice(0, 10),
    `${(shareOf(members, i) * 100).toFixed(1)} %`,
    one.isPlain ? 'class program' : `K ${one.view!.effectiveK}`,
    String(copiesMissing(one) ?? ''),
    String(one.view?.title?.epoch ?? ''),
    clockText(clockOffsetsMs.get(one.address)),
    one.info?.incarnation ?? '',
    one.view?.backups.map(({ address }) => address).join(' ') ?? '',
  ]);
  const heads = ['member', 'begins at', 'owns', '', 'missing', 'epoch', 'clock', 'incarnation'];
  return [[...heads, 'backups'].map(dim), ...rows];
}

function clockText(offsetMs: number | undefined): string {
  if (offsetMs === undefined) return '';
  return `${offsetMs > 0 ? '+' : ''}${offsetMs} ms`;
}

/** The part of the circle from one member to the next. */
function shareOf(members: readonly Surveyed[], index: number): number {
  const at = (i: number): number =>
    Number.parseInt(members[i % members.length]!.hash.slice(0, 12), 16) / 2 ** 48;
  const share = at(index + 1) - at(index);
  return share > 0 ? share : share + 1;
}
