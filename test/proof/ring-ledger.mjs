/**
 * What was written to a ring, and what may be read of it at the end. A key has one writer, one write after the
 * other, so what is there is the last write that was acknowledged, or one after it whose end nobody was told.
 * One whose end nobody was told may also land later than the next one that was: that is counted, and no loss.
 *
 *     v1 acknowledged · v2 unknown · v3 acknowledged · v4 failed    v3: right   v2: late   v1, v4, nothing: wrong
 */

/** Of a write that may have been done, or be done yet. */
const OPEN_ENDED = ['OUTCOME_UNKNOWN', 'TIMEOUT', 'TOO_FEW_COPIES', 'STORE_FAILED', 'ABORTED'];
const SHOWN_LAST = 12;
const WRITE_WITHIN_MS = 10_000;
const READ_WITHIN_MS = 20_000;

/**
 * @typedef {object} Write
 * @property {string | null} value null: it was removed
 * @property {'acknowledged' | 'open' | 'failed'} end
 * @property {string} code
 * @property {number} beganMs
 * @property {number} endedMs
 * @property {number} copies
 */

export class Writer {
  /** @type {Map<string, Write[]>} */
  ledger = new Map();
  acknowledged = 0;
  failed = 0;

  constructor(
    /** @type {number} */ number,
    /** @type {(limit: number) => number} */ random,
    /** @type {import('../../dist/ring.js').RingConnection} */ client,
    /** @type {number} */ keys,
  ) {
    this.number = number;
    this.random = random;
    this.client = client;
    this.keys = keys;
  }

  async run(/** @type {() => boolean} */ isOver) {
    for (let n = 0; !isOver(); n++) {
      const key = `writer ${this.number} key ${this.random(this.keys)}`;
      const value = this.random(8) === 0 ? null : `${this.number}-${n}-${'x'.repeat(200)}`;
      const writes = this.ledger.get(key) ?? [];
      this.ledger.set(key, writes);
      writes.push(await this.#write(key, value));
    }
  }

  /** @returns {Promise<Write>} */
  async #write(/** @type {string} */ key, /** @type {string | null} */ value) {
    const beganMs = Date.now();
    const limits = { level: /** @type {const} */ ('all'), timeoutMs: WRITE_WITHIN_MS };
    try {
      const written =
        value === null
          ? await this.client.remove(key, limits)
          : await this.client.insert(key, value, limits);
      this.acknowledged++;
      const { copies } = written;
      return { value, end: 'acknowledged', code: 'OK', beganMs, endedMs: Date.now(), copies };
    } catch (error) {
      const { code } = /** @type {{ code?: string }} */ (error);
      if (code === undefined) throw error;
      this.failed++;
      const end = OPEN_ENDED.includes(code) ? 'open' : 'failed';
      return { value, end, code, beganMs, endedMs: Date.now(), copies: 0 };
    }
  }
}

/**
 * Is it right that this is there? `late`: it should have been replaced, but nobody knew its end.
 *
 * @param {readonly Write[]} writes
 * @param {string | null} found
 * @returns {'right' | 'late' | 'wrong'}
 */
export function verdictOf(writes, found) {
  const last = writes.findLastIndex(({ end }) => end === 'acknowledged');
  const after = writes.slice(last + 1).filter(({ end }) => end === 'open');
  const expected = last < 0 ? null : writes[last].value;
  if (found === expected || after.some(({ value }) => value === found)) return 'right';
  const before = writes.slice(0, Math.max(0, last));
  return before.some(({ end, value }) => end === 'open' && value === found) ? 'late' : 'wrong';
}

/** Reads every key that was ever written. */
export async function compare(
  /** @type {readonly Writer[]} */ writers,
  /** @type {import('../../dist/ring.js').RingConnection} */ client,
) {
  const wrong = [];
  let late = 0;
  for (const { ledger } of writers) {
    for (const [key, writes] of ledger) {
      /** @type {string | null} */
      let found;
      try {
        const bytes = await client.get(key, { level: 'all', timeoutMs: READ_WITHIN_MS });
        found = bytes === null ? null : new TextDecoder().decode(bytes);
      } catch (error) {
        // A whole ring serves everything: not to be read is a failure, and no reason to read on for hours.
        wrong.push(`${key}: ${/** @type {Error} */ (error).message}\n${historyOf(writes)}`);
        if (wrong.length >= 3) return { wrong, late };
        continue;
      }
      const verdict = verdictOf(writes, found);
      if (verdict === 'late') late++;
      if (verdict === 'wrong') wrong.push(`${key}: found ${shown(found)}\n${historyOf(writes)}`);
    }
  }
  return { wrong, late };
}

function shown(/** @type {string | null} */ value) {
  return value?.slice(0, 12).replace(/-x*$/, '') ?? 'nothing';
}

function historyOf(/** @type {readonly Write[]} */ writes) {
  const lines = writes.slice(-SHOWN_LAST).map(({ value, code, beganMs, endedMs, copies }) => {
    const time = new Date(beganMs).toISOString().slice(11, 23);
    return `    ${time} + ${endedMs - beganMs} ms  ${shown(value)}  ${code}, ${copies} copies`;
  });
  return lines.join('\n');
}
