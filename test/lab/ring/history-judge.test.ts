import { describe, expect, it } from 'vitest';
import {
  type Begun,
  type DisturbanceKind,
  type Ended,
  History,
} from '../../../src/lab/ring/history.ts';
import { judge, LATE_MS, type Rule, SERVICE_MS } from '../../../src/lab/ring/history-judge.ts';

/** A history told line by line: `[from, to]` in ms, key `a`, and what it was. */
class Told {
  readonly history = new History();

  operation(from: number, to: number, begun: Partial<Begun>, ended: Partial<Ended> = {}): this {
    const id = this.history.begin(from, {
      kind: 'get',
      level: 'quorum',
      key: 'a',
      node: 1,
      ...begun,
    });
    this.history.end(id, to, { code: 'ok', found: false, ...ended });
    return this;
  }

  insert(
    from: number,
    to: number,
    value: string,
    version: string,
    begun: Partial<Begun> = {},
  ): this {
    const copies = begun.level === 'one' ? 1 : begun.level === 'all' ? 3 : 2;
    return this.operation(from, to, { kind: 'insert', value, ...begun }, { version, copies });
  }

  remove(from: number, to: number, version: string | null, begun: Partial<Begun> = {}): this {
    const ended = { version, found: version !== null, copies: version === null ? 0 : 2 };
    return this.operation(from, to, { kind: 'remove', ...begun }, ended);
  }

  /** A write that was asked for and whose end nobody knows. */
  unknown(from: number, to: number, begun: Partial<Begun>): this {
    return this.operation(from, to, begun, { code: 'unknown' });
  }

  get(from: number, to: number, value: string, version: string, begun: Partial<Begun> = {}): this {
    return this.operation(from, to, begun, { found: true, value, version });
  }

  nothing(from: number, to: number, begun: Partial<Begun> = {}): this {
    return this.operation(from, to, begun);
  }

  befalls(atMs: number, kind: DisturbanceKind, node = 0): this {
    this.history.disturb(atMs, kind, node);
    return this;
  }

  whole(atMs: number, copies = 3): this {
    this.history.whole(atMs, copies);
    return this;
  }

  get rules(): Rule[] {
    return judge(this.history).map(({ rule }) => rule);
  }
}

const told = () => new Told().whole(0);
const LEVELS = ['one', 'quorum', 'all'] as const;

describe('in calm', () => {
  it('is content with writes that are read', () => {
    const history = told()
      .insert(1, 2, 'x', '01')
      .get(3, 4, 'x', '01')
      .insert(5, 6, 'y', '02')
      .get(7, 8, 'y', '02', { level: 'one' })
      .remove(9, 10, '03')
      .nothing(11, 12)
      .remove(13, 14, null)
      .insert(15, 16, 'z', '04', { level: 'one' })
      .get(17, 18, 'z', '04', { level: 'all' })
      .operation(19, 20, { kind: 'exists' }, { found: true, version: '04' });
    expect(history.rules).toEqual([]);
  });

  it.each(LEVELS)('sees every acknowledged write, a read at %s too', (level) => {
    const history = told().insert(1, 2, 'x', '01', { level: 'one' }).insert(3, 4, 'y', '02');
    expect(history.get(5, 6, 'x', '01', { level }).rules).toEqual(['stale']);
    expect(told().insert(1, 2, 'x', '01').nothing(3, 4, { level }).rules).toEqual(['stale']);
  });

  it('lets a read that lasts as long as a write see either', () => {
    const history = told().insert(1, 2, 'x', '01').insert(5, 9, 'y', '02');
    expect(history.get(6, 7, 'x', '01').get(6, 8, 'y', '02').rules).toEqual([]);
  });

  it('does not let a read go back behind another', () => {
    const history = told().insert(1, 2, 'x', '01').insert(5, 20, 'y', '02');
    expect(history.get(6, 7, 'y', '02').get(8, 9, 'x', '01').rules).toEqual(['stale']);
  });

  it('does not let a read go back behind one that found nothing', () => {
    const history = told().insert(1, 2, 'x', '01').unknown(3, 9, { kind: 'remove' });
    expect(history.nothing(4, 5).get(6, 7, 'x', '01').rules).toEqual(['revived', 'refused']);
  });

  it('counts a remove that found nothing as a read', () => {
    expect(told().insert(1, 2, 'x', '01').remove(3, 4, null).rules).toEqual(['stale']);
  });

  it('serves everybody', () => {
    const failed = { code: 'too-few-copies', found: false } as const;
    expect(told().operation(1, 2, {}, failed).rules).toEqual(['refused']);
    const disturbed = told().befalls(1, 'join').operation(2, 3, {}, failed).whole(4);
    expect(disturbed.rules).toEqual([]);
    expect(disturbed.operation(5, 6, {}, failed).rules).toEqual(['refused']);
    const crashed = told().befalls(1, 'crash').whole(4).operation(5, 6, {}, failed);
    expect(crashed.rules).toEqual([]);
    const [from, to] = [4 + SERVICE_MS, 5 + SERVICE_MS];
    expect(crashed.operation(from, to, {}, failed).rules).toEqual(['refused']);
    expect(
      told().operation(1, 2, { kind: 'insert', value: 'x' }, { code: 'too-large' }).rules,
    ).toEqual([]);
  });

  it('has as many copies as the level asks for', () => {
    const write = (level: 'one' | 'quorum' | 'all', copies: number) =>
      told().operation(1, 2, { kind: 'insert', value: 'x', level }, { version: '01', copies });
    expect(write('one', 1).rules).toEqual([]);
    expect(write('quorum', 1).rules).toEqual(['copies']);
    expect(write('quorum', 2).rules).toEqual([]);
    expect(write('all', 2).rules).toEqual(['copies']);
    expect(write('all', 3).rules).toEqual([]);
    expect(write('all', 2).befalls(2, 'crash').rules).toEqual([]);
  });

  it('does not wait for ever', () => {
    const { history } = told();
    history.begin(1, { kind: 'get', level: 'one', key: 'a', node: 1 });
    expect(judge(history).map(({ rule }) => rule)).toEqual(['refused']);
    history.disturb(5, 'crash', 1);
    history.abandon(1);
    expect(judge(history)).toEqual([]);
  });
});

describe('what is read was written', () => {
  it('knows every value', () => {
    expect(told().get(1, 2, 'x', '01').rules).toEqual(['integrity']);
    expect(told().insert(1, 2, 'x', '01', { key: 'b' }).get(3, 4, 'x', '01').rules).toEqual([
      'integrity',
    ]);
    expect(told().get(1, 2, 'x', '01').insert(3, 4, 'x', '01').rules).toEqual(['integrity']);
  });

  it('knows every version', () => {
    expect(told().insert(1, 2, 'x', '01').get(3, 4, 'x', '02').rules).toEqual(['integrity']);
    // It was sent to two owners, who could not tell each other.
    const twice = { version: '01', copies: 2, silent: 1 };
    const repeated = told().operation(1, 2, { kind: 'insert', value: 'x' }, twice);
    expect(repeated.get(3, 4, 'x', '02').rules).toEqual([]);
    const history = told().insert(1, 2, 'x', '01').insert(3, 4, 'y', '02').get(5, 6, 'x', '02');
    expect(history.rules).toEqual(['integrity']);
    const exists = told().insert(1, 2, 'x', '01').remove(3, 4, '02');
    const found = { found: true, version: '02' };
    expect(exists.operation(5, 6, { kind: 'exists' }, found).rules).toEqual([
      'integrity',
      'revived',
    ]);
  });

  it('knows the version of an unknown write from the first who reads it', () => {
    const unknown = told().befalls(0, 'cut').unknown(1, 2, { kind: 'insert', value: 'x' });
    expect(unknown.get(3, 4, 'x', '05').get(5, 6, 'x', '05').rules).toEqual([]);
  });

  it('never shows what certainly did not happen', () => {
    const history = told()
      .befalls(1, 'cut')
      .operation(2, 3, { kind: 'insert', value: 'x' }, { code: 'unreachable' });
    expect(history.rules).toEqual([]);
    expect(history.get(4, 5, 'x', '01').rules).toEqual(['ghost']);
  });

  it('has versions in the order of time', () => {
    expect(told().insert(1, 2, 'x', '02').insert(3, 4, 'y', '01').rules).toEqual(['order']);
    expect(told().insert(1, 4, 'x', '02').insert(3, 5, 'y', '01').rules).toEqual([]);
    expect(told().insert(1, 2, 'x', '02').remove(3, 4, '02').rules).toEqual(['order']);
  });

  it('lets no owner go back within its own title, at whatever level', () => {
    // Of versions the first 16 digits are the epoch.
    const version = (epoch: number, counter: number) =>
      epoch.toString(16).padStart(16, '0') + counter.toString(16).padStart(16, '0');
    const its = told().insert(1, 2, 'x', version(1, 7)).befalls(3, 'cut');
    its.history.wanted = 2;
    its.insert(4, 5, 'y', version(2, 1));
    expect(its.insert(6, 7, 'z', version(1, 8), { level: 'one' }).rules).toEqual([]);
    expect(its.insert(8, 9, 'w', version(1, 6), { level: 'one' }).rules).toEqual(['order']);
  });

  it('has no write that comes when nobody waits for it any more, where owners have titles', () => {
    const late = (wanted: number, lifeMs: number, version: string) => {
      const its = told().unknown(1000, 2000, { kind: 'insert', value: 'x', lifeMs });
      its.history.wanted = wanted;
      return its.insert(4000, 4100, 'y', '02').get(5000, 5100, 'x', version).rules;
    };
    expect(late(2, 1000, '03')).toEqual(['late']);
    // It came before; it may have come as late as this; nobody knows how long it was waited for.
    expect(late(2, 1000, '01')).not.toContain('late');
    expect(late(2, 2500, '03')).not.toContain('late');
    expect(late(2, 0, '03')).not.toContain('late');
    expect(late(0, 1000, '03')).not.toContain('late');
  });

  it('lets time stand still for a write as long as a clock stood still with its process, and no longer', () => {
    const late = (pausedAtMs: number, forMs: number, isTimeless = true) => {
      const its = told().unknown(1000, 2000, { kind: 'insert', value: 'x', lifeMs: 1000 });
      const { history } = its;
      history.wanted = 2;
      history.disturb(pausedAtMs, 'pause', 3, isTimeless);
      history.disturb(pausedAtMs + forMs, 'resume', 3);
      return its.insert(7000, 7100, 'y', '02').get(8000, 8100, 'x', '03').rules;
    };
    expect(late(1500, 5000)).not.toContain('late');
    expect(late(1500, 5000, false)).toContain('late');
    // Not so long; before it was begun; after its time was over.
    expect(late(1500, 3000)).toContain('late');
    expect(late(100, 800)).toContain('late');
    expect(late(3100, 3500)).toContain('late');
  });

  it('asks no service for whoever does not wait', () => {
    const refused = (lifeMs: number) =>
      told().unknown(1000, 2000, { kind: 'insert', value: 'x', lifeMs }).rules;
    expect(refused(1000)).toEqual([]);
    expect(refused(0)).toEqual(['refused']);
  });

  it('lets a replaced owner go by its own word at one, where owners have titles', () => {
    const cut = (wanted: number, level: 'one' | 'quorum') => {
      const its = told().insert(1, 2, 'x', '02').befalls(3, 'cut');
      its.history.wanted = wanted;
      return its.insert(4, 5, 'y', '01', { level }).rules;
    };
    expect(cut(2, 'one')).toEqual([]);
    expect(cut(2, 'quorum')).toEqual(['order']);
    expect(cut(0, 'one')).toEqual(['order']);
    const calm = told().insert(1, 2, 'x', '02');
    calm.history.wanted = 2;
    expect(calm.insert(4, 5, 'y', '01', { level: 'one' }).rules).toContain('order');
  });
});

describe('while nodes join and leave', () => {
  it.each(['join', 'leave'] as const)('nothing changes for a %s', (kind) => {
    const history = () => told().insert(1, 2, 'x', '01', { level: 'one' }).befalls(3, kind);
    expect(history().get(4, 5, 'x', '01', { level: 'one' }).whole(9).rules).toEqual([]);
    expect(history().nothing(4, 5, { level: 'one' }).whole(9).rules).toEqual(['stale']);
  });
});

describe('while nodes crash', () => {
  const crashed = (level: 'one' | 'quorum' | 'all', crashes: number) => {
    const history = told().insert(1, 2, 'x', '01', { level });
    for (let i = 0; i < crashes; i++) history.befalls(3 + i, 'crash', i);
    return history;
  };

  it('a quorum sees what a quorum wrote, as long as fewer crash than copies were acknowledged', () => {
    expect(crashed('quorum', 1).nothing(6, 7).rules).toEqual(['stale']);
    expect(crashed('quorum', 2).nothing(6, 7).rules).toEqual([]);
    expect(crashed('all', 2).nothing(6, 7).rules).toEqual(['stale']);
    expect(crashed('all', 3).nothing(6, 7).rules).toEqual([]);
  });

  it('counts on more copies once the ring was whole', () => {
    const history = () => told().insert(1, 2, 'x', '01').whole(3, 3).befalls(4, 'crash', 1);
    expect(history().befalls(5, 'loss', 2).nothing(6, 7).rules).toEqual(['stale']);
    expect(history().befalls(5, 'loss', 2).befalls(5, 'crash', 3).nothing(6, 7).rules).toEqual([]);
  });

  it('counts who is leaving, but only beside a crash, and until the ring is whole', () => {
    const history = () => told().insert(1, 2, 'x', '01').befalls(3, 'leave', 4);
    expect(history().nothing(6, 7).rules).toEqual(['stale']);
    expect(history().befalls(4, 'crash', 1).nothing(6, 7).rules).toEqual([]);
    expect(history().befalls(4, 'crash', 1).whole(8).nothing(9, 10).rules).toEqual(['lost']);
  });

  it('counts on one copy of what was read when all others were gone', () => {
    const alone = told()
      .befalls(10, 'loss', 1)
      .befalls(11, 'leave', 2)
      .operation(
        12,
        20,
        { kind: 'insert', value: 'x', level: 'quorum' },
        { version: '01', copies: 1 },
      )
      .get(13, 14, 'x', '01', { level: 'all' })
      .befalls(30, 'loss', 3)
      .whole(40, 1)
      .nothing(50, 51, { level: 'quorum' });
    expect(alone.rules).toEqual([]);
    const among = told()
      .befalls(10, 'loss', 1)
      .get(13, 14, 'x', '01', { level: 'all' })
      .operation(9, 20, { kind: 'insert', value: 'x' }, { version: '01', copies: 1 })
      .befalls(30, 'loss', 3)
      .whole(40, 2)
      .nothing(50, 51, { level: 'quorum' });
    expect(among.rules).toEqual(['lost']);
  });

  it('asks no more of reads and writes at one than that it was written', () => {
    expect(crashed('quorum', 1).nothing(6, 7, { level: 'one' }).rules).toEqual([]);
    expect(
      told().insert(1, 2, 'x', '01', { level: 'one' }).befalls(3, 'crash').nothing(4, 5).rules,
    ).toEqual([]);
    expect(crashed('quorum', 1).get(6, 7, 'y', '02', { level: 'one' }).rules).toEqual([
      'integrity',
    ]);
  });
});

describe('while the ring is cut', () => {
  it.each(['cut', 'mend', 'resume'] as const)('reads may be old during a %s', (kind) => {
    const history = told().insert(1, 2, 'x', '01').insert(3, 4, 'y', '02').befalls(5, kind);
    expect(history.get(6, 7, 'x', '01').rules).toEqual([]);
  });
});

describe('when the turmoil is over', () => {
  const afterwards = (level: 'one' | 'quorum' | 'all', befalls: readonly DisturbanceKind[]) => {
    const history = told().insert(1, 2, 'x', '01', { level });
    for (const [i, kind] of befalls.entries()) history.befalls(3 + i, kind, i);
    return history.whole(20).nothing(21, 22, { level: 'one' }).rules;
  };

  it('nothing is lost unless as many are gone as there were copies', () => {
    expect(afterwards('one', ['cut', 'mend'])).toEqual(['lost']);
    expect(afterwards('one', ['loss'])).toEqual([]);
    expect(afterwards('quorum', ['loss'])).toEqual(['lost']);
    expect(afterwards('quorum', ['loss', 'crash'])).toEqual([]);
    expect(afterwards('all', ['loss', 'crash', 'pause'])).toEqual([]);
    expect(afterwards('all', ['loss', 'crash', 'cut'])).toEqual(['lost']);
  });

  it('whoever came back with a disk was not lost', () => {
    const history = () =>
      told().insert(1, 2, 'x', '01').befalls(3, 'crash', 1).befalls(4, 'crash', 2);
    expect(history().whole(5).nothing(6, 7).rules).toEqual([]);
    const back = history().whole(5).befalls(6, 'restart', 1).whole(9);
    expect(back.nothing(10, 11).rules).toEqual(['lost']);
    expect(history().befalls(5, 'restart', 1).nothing(6, 7).whole(9).rules).toEqual([]);
  });

  it('two spells are not one', () => {
    const history = told().insert(1, 2, 'x', '01').befalls(3, 'loss', 1).whole(4);
    expect(history.befalls(5, 'loss', 2).whole(6).nothing(7, 8).rules).toEqual(['lost']);
  });

  it('no delete is revived, and none that may have happened is missed', () => {
    const deleted = () => told().insert(1, 2, 'x', '01').remove(3, 4, '02').befalls(5, 'crash', 1);
    expect(deleted().whole(6).nothing(7, 8).rules).toEqual([]);
    expect(deleted().whole(6).get(7, 8, 'x', '01').rules).toEqual(['revived']);
    const maybe = told()
      .insert(1, 2, 'x', '01')
      .befalls(3, 'cut')
      .unknown(4, 5, { kind: 'remove' });
    expect(maybe.whole(6).nothing(7, 8).rules).toEqual([]);
  });

  it('an unknown write takes effect soon or never', () => {
    const history = () =>
      told()
        .befalls(1, 'cut')
        .unknown(1, 2, { kind: 'remove' })
        .whole(3 + LATE_MS);
    const late = history().insert(10 + LATE_MS, 11 + LATE_MS, 'x', '01');
    expect(late.nothing(12 + LATE_MS, 13 + LATE_MS).rules).toEqual(['stale']);
    const soon = history().insert(5, 6, 'x', '01');
    expect(soon.nothing(12 + LATE_MS, 13 + LATE_MS).rules).toEqual([]);
  });
});
