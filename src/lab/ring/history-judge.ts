/**
 * The judge of a history: is what the programs were told possible, if the ring keeps its promises?
 * Every key is a register with one true order of writes, that of their versions; a read names the
 * version that it saw. So nothing has to be searched for: each rule is a comparison.
 *
 *     integrity   what is read somebody wrote: this value, this version, under this key
 *     ghost       a write that failed is never seen: `failed` means that it did not happen
 *     order       a write that began after another was acknowledged has the later version; one at `one` need
 *                 not while processes are cut off or stand still, for its owner may have been replaced: then what
 *                 is later was written under a later title, and within one title the order holds all the same
 *     late        a write that nobody waited for any more came after one that was begun later, where owners have titles;
 *                 while a clock stood still with its process its time did so, too: whoever does not know that time
 *                 has passed does not know that nobody waits
 *     lost        a promise of durability is broken: a whole ring does not know an acknowledged write
 *     stale       a read went back behind a write, or a read, that it had to see
 *     revived     it went back behind a delete
 *     copies      in calm, a write was acknowledged on fewer copies than its level asks for
 *     refused     in calm, and for a while before (`SERVICE_MS`), somebody was not served
 *
 * What a read has to see, by what goes on while it lasts and since the write was begun:
 *
 *                        calm, joins,     crashes, fewer than     partitions, processes that
 *                        leaves           the write has copies    stand still, more crashes
 *     read at `one`      every write      –                       –
 *     read at `quorum`   every write      writes at quorum, all   –
 *     read at `all`      every write      writes at quorum, all   –
 *
 * "Every write": acknowledged at whatever level before the read began. What was read has to be seen
 * again like a write at the level of the read. Writes whose end is unknown may be there or not; such
 * a write can take effect until the ring has been whole a while (`LATE_MS`) after it ended. One that was
 * sent to a second owner has a version of each, where the first could not tell the second; it was told one.
 *
 * Durability, when the turmoil is over: a write is lost only if, within one spell, as many processes
 * that had not come back with their disks were gone as it had copies: those acknowledged, and from
 * the next time that the ring was whole min(K + 1, n) of them. At `all` these are K + 1 from the
 * first, so K crashes within one repair interval lose nothing. Two processes that are gone are two
 * even if neither had a copy: the judge does not know who did, and never blames too much. While the
 * turmoil lasts whoever is leaving counts, too: his heir may die with what it has just got, and then
 * it comes back to light only when the leaver has found the next owner.
 */
import type { History, Operation, Whole } from './history.ts';
import { Grade, type Spell, spellsOf, type Timeless, timelessOf } from './spells.ts';

export type Rule =
  | 'integrity'
  | 'ghost'
  | 'order'
  | 'late'
  | 'lost'
  | 'stale'
  | 'revived'
  | 'copies'
  | 'refused';

export interface Breach {
  readonly rule: Rule;
  readonly atMs: number;
  readonly detail: string;
}

/** A write under way when nobody waits for it any more is done or dead after this. */
export const LATE_MS = 60_000;
/** So much longer than its program waits a write may be begun: clocks of others are known to a round trip. */
export const LIFE_SLACK_MS = 1000;
/** So long after a crash a command may still go to a host that is gone without a word. */
export const SERVICE_MS = 30_000;
/** Of a version, 32 hexadecimal digits: the number of its epoch and the claimant. */
const EPOCH_DIGITS = 16;
/** Something that later reads have to see. */
interface Seen {
  readonly key: string;
  readonly version: string;
  /** That version itself is no more: somebody read that there is nothing. */
  readonly isOver: boolean;
  readonly isStrong: boolean;
  readonly copies: number;
  readonly operation: Operation;
}

/** All that is wrong with a history; nothing when all is well. */
export function judge(history: History): Breach[] {
  const judgement = new Judgement(history);
  const keys = new Map<string, Operation[]>();
  for (const operation of history.operations) {
    const its = keys.get(operation.key);
    if (its) its.push(operation);
    else keys.set(operation.key, [operation]);
  }
  for (const operations of keys.values()) judgement.key(operations);
  for (const operation of history.operations) judgement.service(operation);
  return judgement.breaches.sort((a, b) => a.atMs - b.atMs);
}

class Judgement {
  readonly breaches: Breach[] = [];
  readonly #spells: readonly Spell[];
  readonly #wholes: readonly Whole[];
  readonly #wanted: number;
  readonly #timeless: readonly Timeless[];

  constructor({ disturbances, wholes, wanted }: History) {
    this.#wanted = wanted;
    this.#timeless = timelessOf(disturbances);
    this.#wholes = [...wholes].sort((a, b) => a.atMs - b.atMs);
    this.#spells = spellsOf(disturbances, this.#wholes);
  }

  key(operations: readonly Operation[]): void {
    const writes = new Map<string, Operation>();
    const versions = new Map<string, Operation>();
    for (const operation of operations) {
      if (operation.kind === 'insert') writes.set(operation.value!, operation);
      if (isWrite(operation) && operation.version !== null) {
        versions.set(operation.version, operation);
      }
    }
    const reads = operations.filter((operation) => readsSomething(operation));
    for (const read of reads) this.#integrity(read, writes, versions);
    this.#order(operations);
    this.#late(versions, operations);
    const seen = this.#evidence(operations, reads);
    for (const read of reads) this.#legality(read, seen, operations);
  }

  #say(rule: Rule, atMs: number, detail: string): void {
    this.breaches.push({ rule, atMs, detail });
  }

  // What was read has been written.

  #integrity(
    read: Operation,
    writes: ReadonlyMap<string, Operation>,
    versions: Map<string, Operation>,
  ): void {
    if (!read.found || read.version === null) return;
    const known = versions.get(read.version);
    if (read.kind === 'exists') {
      if (known?.kind === 'remove') {
        this.#say('integrity', read.endedMs, `${told(read)}, which is a delete`);
      }
      return;
    }
    const write = writes.get(read.value!);
    if (!write || write.beganMs > read.endedMs) {
      this.#say('integrity', read.endedMs, `${told(read)}, which nobody had written`);
      return;
    }
    if (write.ending === 'failed') {
      this.#say('ghost', read.endedMs, `${told(read)}, written by ${told(write)}`);
    }
    if (known !== undefined && known.value !== read.value) {
      this.#say('integrity', read.endedMs, `${told(read)}, but that version is ${told(known)}`);
    } else if (write.version !== null && write.version !== read.version && !write.isRepeated) {
      this.#say('integrity', read.endedMs, `${told(read)}, but it was written as ${told(write)}`);
    }
    versions.set(read.version, write);
  }

  #order(operations: readonly Operation[]): void {
    const acknowledged = operations.filter(
      (operation) => isWrite(operation) && operation.version !== null,
    );
    const byEnd = [...acknowledged].sort((a, b) => a.endedMs - b.endedMs);
    const byBegin = [...acknowledged].sort((a, b) => a.beganMs - b.beganMs);
    let latest: Operation | null = null;
    const latestOf = new Map<string, Operation>();
    let next = 0;
    for (const write of byBegin) {
      while (byEnd[next] !== undefined && byEnd[next].endedMs < write.beganMs) {
        const ended = byEnd[next++];
        if (isLater(ended, latest)) latest = ended;
        const epoch = epochOf(ended);
        if (isLater(ended, latestOf.get(epoch) ?? null)) latestOf.set(epoch, ended);
      }
      const before = this.#mayBeOutdated(write) ? latestOf.get(epochOf(write)) : latest;
      if (before && !isLater(write, before)) {
        this.#say('order', write.endedMs, `${told(write)} after ${told(before)}`);
      }
    }
  }

  /** A write of unknown end has a version all the same, if somebody has read it. */
  #late(versions: ReadonlyMap<string, Operation>, operations: readonly Operation[]): void {
    if (this.#wanted === 0) return;
    for (const [version, write] of versions) {
      if (write.ending !== 'unknown' || write.lifeMs === 0) continue;
      const overMs = this.#overMs(write);
      const earlier = operations.find(
        (other) =>
          other.beganMs > overMs &&
          isWrite(other) &&
          other.version !== null &&
          other.version < version &&
          !this.#mayBeOutdated(other),
      );
      if (earlier)
        this.#say(
          'late',
          earlier.endedMs,
          `${told(write)} @${version.slice(0, 16)} after ${told(earlier)}`,
        );
    }
  }

  /** When nobody waits for a write any more, by whichever clock of those that may have stood still is the last. */
  #overMs({ beganMs, lifeMs }: Operation): number {
    let overMs = beganMs + lifeMs + LIFE_SLACK_MS;
    for (const { fromMs, untilMs } of this.#timeless) {
      if (untilMs > beganMs && fromMs <= overMs) overMs += untilMs - fromMs;
    }
    return overMs;
  }

  /** At `one` an owner of a title acts by its own word, whether it has been replaced or not. */
  #mayBeOutdated({ level, beganMs, endedMs }: Operation): boolean {
    const isOn = ({ fromMs, untilMs }: Spell) => fromMs <= endedMs && untilMs > beganMs;
    const isByItself = this.#wanted > 0 && level === 'one';
    return isByItself && this.#spells.some((spell) => spell.grade === Grade.cut && isOn(spell));
  }

  // What had to be seen.

  #evidence(operations: readonly Operation[], reads: readonly Operation[]): Seen[] {
    const seen: Seen[] = [];
    for (const operation of operations) {
      const { key, level, version, copies, ending } = operation;
      if (!isWrite(operation) || ending !== 'acknowledged' || version === null) continue;
      const isStrong = level !== 'one';
      seen.push({ key, version, isOver: operation.kind === 'remove', isStrong, copies, operation });
    }
    const writes = [...seen];
    for (const read of reads) {
      const isStrong = read.level !== 'one' && read.kind !== 'remove';
      // A majority held what was read before it was told, where there are so many copies: whoever was gone by
      // then, or about to go, had none.
      const copies = isStrong
        ? Math.max(1, Math.min(2, this.#copiesDuring(read) - this.#goneBefore(read)))
        : 1;
      const { key } = read;
      if (read.version !== null && read.found) {
        const { version } = read;
        seen.push({ key, version, isOver: false, isStrong, copies, operation: read });
        continue;
      }
      // There was nothing: whatever it had to see had been deleted by then.
      const floor = this.#floor(read, writes);
      if (floor === null || floor.isOver) continue;
      const { version } = floor;
      seen.push({ key, version, isOver: true, isStrong, copies, operation: read });
    }
    return seen;
  }

  /** The latest of what a read has to see; null when it may see anything. */
  #floor(read: Operation, seen: readonly Seen[]): Seen | null {
    let floor: Seen | null = null;
    for (const one of seen) {
      if (one.operation.endedMs >= read.beganMs) continue;
      const isLater =
        floor === null ||
        one.version > floor.version ||
        (one.version === floor.version && one.isOver && !floor.isOver);
      if (isLater && this.#mustSee(read, one)) floor = one;
    }
    return floor;
  }

  /**
   * Where owners have titles a false belief costs nothing: an act above `one` sees all that was acknowledged
   * above `one`, whoever stood still or was cut off, unless as many disks were lost as it had copies.
   */
  #mustSeeTitled(read: Operation, { operation, copies }: Seen): boolean {
    for (const spell of this.#spells) {
      if (spell.untilMs <= operation.beganMs) continue;
      if (spell.fromMs > read.endedMs) break;
      const needed = this.#copiesAt(spell, operation, copies);
      const lost = spell.gone.filter(
        ({ atMs, isLost }) => isLost && atMs >= operation.beganMs && atMs <= read.endedMs,
      );
      if (lost.length > 0 && lost.length + leaversOf(spell, operation, read) >= needed)
        return false;
    }
    return true;
  }

  #mustSee(read: Operation, seen: Seen): boolean {
    const { operation, isStrong, copies } = seen;
    const isStrongRead = read.level !== 'one' && read.kind !== 'remove';
    if (this.#wanted > 0 && isStrong && isStrongRead) return this.#mustSeeTitled(read, seen);
    // What was read need not be on a disk yet.
    const isDurable = isWrite(operation) && operation.version !== null;
    let grade = 0;
    let needed = copies;
    for (const spell of this.#spells) {
      if (spell.untilMs <= operation.beganMs) continue;
      if (spell.fromMs > read.endedMs) break;
      const isOn = spell.untilMs > read.beganMs;
      if (isOn && spell.grade > grade) grade = spell.grade;
      needed = this.#copiesAt(spell, operation, copies);
      let gone = 0;
      for (const { atMs, backMs } of spell.gone) {
        const isBack = isDurable && backMs < read.beganMs;
        if (atMs >= operation.beganMs && atMs <= read.endedMs && !isBack) gone++;
      }
      if (gone > 0 && isOn) gone += leaversOf(spell, operation, read);
      if (gone >= needed) return false;
    }
    if (grade === Grade.cut) return false;
    return grade !== Grade.crash || (isStrong && isStrongRead);
  }

  /** How many copies there were of something when a spell began. */
  #copiesAt({ fromMs }: Spell, { endedMs }: Operation, copies: number): number {
    const whole = this.#wholes.findLast(({ atMs }) => atMs <= fromMs);
    return whole !== undefined && whole.atMs > endedMs ? whole.copies : copies;
  }

  /** The fewest copies that there were of everything while an operation lasted. */
  #copiesDuring({ beganMs, endedMs }: Operation): number {
    let fewest = this.#copiesBefore(beganMs);
    for (const { atMs, copies } of this.#wholes) {
      if (atMs > beganMs && atMs <= endedMs && copies < fewest) fewest = copies;
    }
    return fewest;
  }

  /** How many fewer there are than when the ring was last whole; one is left who answers. */
  #goneBefore({ beganMs, endedMs }: Operation): number {
    const spell = this.#spells.find(
      ({ fromMs, untilMs }) => fromMs <= endedMs && untilMs > beganMs,
    );
    if (spell === undefined) return 0;
    const { gone, leavesMs } = spell;
    const isBefore = (atMs: number) => atMs <= endedMs;
    return gone.filter(({ atMs }) => isBefore(atMs)).length + leavesMs.filter(isBefore).length;
  }

  /** Copies of everything when the ring was last whole. */
  #copiesBefore(ms: number): number {
    return this.#wholes.findLast(({ atMs }) => atMs <= ms)?.copies ?? 1;
  }

  #legality(read: Operation, seen: readonly Seen[], operations: readonly Operation[]): void {
    const floor = this.#floor(read, seen);
    if (floor === null) return;
    if (read.found) {
      const { version } = read;
      if (version === null || version > floor.version) return;
      if (version === floor.version && !floor.isOver) return;
    } else {
      if (floor.isOver || operations.some((remove) => this.#mayExplain(remove, floor, read)))
        return;
    }
    const isPast = this.#spells.some(
      ({ fromMs, untilMs }) => untilMs > floor.operation.beganMs && fromMs < read.beganMs,
    );
    const isCalm = this.#spells.every(
      ({ fromMs, untilMs }) => untilMs <= read.beganMs || fromMs > read.endedMs,
    );
    const rule = floor.isOver ? 'revived' : isPast && isCalm ? 'lost' : 'stale';
    this.#say(rule, read.endedMs, `${told(read)} after ${told(floor.operation)}`);
  }

  /** Can it be that a read found nothing because of this remove, after what it had to see? */
  #mayExplain(remove: Operation, floor: Seen, read: Operation): boolean {
    if (remove.kind !== 'remove' || remove.beganMs > read.endedMs) return false;
    if (remove.ending === 'failed') return false;
    if (remove.ending === 'acknowledged') {
      return remove.version !== null && remove.version > floor.version;
    }
    return this.#isOpenUntil(remove) > floor.operation.beganMs;
  }

  /** Until when a write of unknown end can take effect. */
  #isOpenUntil({ endedMs }: Operation): number {
    if (endedMs === Infinity) return Infinity;
    return this.#wholes.find(({ atMs }) => atMs > endedMs + LATE_MS)?.atMs ?? Infinity;
  }

  // Service.

  /** Where nothing goes wrong everything that is asked is done. */
  service(operation: Operation): void {
    const { beganMs, endedMs, code } = operation;
    if (code === 'ok') return this.#copies(operation);
    // Who does not wait need not be served: disks are slow, and owners are looked for.
    if (code === 'too-large' || operation.lifeMs > 0) return;
    // They are missing, and it says so.
    if (code === 'too-few-copies' && this.#copiesBefore(beganMs) < this.#wanted) return;
    const until = code === 'pending' ? beganMs + LATE_MS : endedMs;
    const isDisturbed = ({ fromMs, untilMs, grade }: Spell) =>
      untilMs + (grade === Grade.planned ? 0 : SERVICE_MS) > beganMs && fromMs <= until;
    if (this.#spells.some(isDisturbed)) return;
    this.#say('refused', Math.min(until, endedMs), told(operation));
  }

  #copies(operation: Operation): void {
    const { beganMs, endedMs, version, level, copies } = operation;
    if (!isWrite(operation) || version === null || level === 'one') return;
    if (this.#spells.some(({ fromMs, untilMs }) => untilMs > beganMs && fromMs <= endedMs)) return;
    const all = this.#copiesBefore(beganMs);
    const needed = level === 'all' ? all : Math.floor(all / 2) + 1;
    if (copies < needed) this.#say('copies', endedMs, `${told(operation)} instead of ${needed}`);
  }
}

/** An heir that dies before it has spread what it got takes it along; the leaver still has it. */
function leaversOf({ leavesMs }: Spell, operation: Operation, read: Operation): number {
  let leavers = 0;
  for (const atMs of leavesMs) {
    if (atMs >= operation.beganMs && atMs <= read.endedMs) leavers++;
  }
  return leavers;
}

function isLater({ version }: Operation, than: Operation | null): boolean {
  return than === null || version! > than.version!;
}

/** The epoch of the title under which a write was done (ring/titles/version.ts). */
function epochOf({ version }: Operation): string {
  return version!.slice(0, EPOCH_DIGITS);
}

function isWrite({ kind }: Operation): boolean {
  return kind === 'insert' || kind === 'remove';
}

/** Reads, and removes that found nothing: those changed nothing and only tell what they saw. */
function readsSomething({ kind, ending, found }: Operation): boolean {
  if (ending !== 'acknowledged') return false;
  return kind === 'get' || kind === 'exists' || (kind === 'remove' && !found);
}

/** One operation in words. */
function told({ id, kind, level, key, node, value, version, ...operation }: Operation): string {
  const { beganMs, endedMs, code, found, copies } = operation;
  const what = kind === 'exists' || kind === 'remove' ? found : (value ?? 'nothing');
  const ended = endedMs === Infinity ? '…' : endedMs;
  const copied = copies > 0 ? ` on ${copies}` : '';
  const at = version === null ? '' : ` @${version.slice(0, 16)}`;
  return `#${id} ${kind} ${key} = ${what}${at} (${level}, node ${node}, ${beganMs}–${ended}, ${code}${copied})`;
}
