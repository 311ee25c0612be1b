import { describe, expect, it } from 'vitest';
import { K_MAX, RING_DEFAULTS, ringSettings } from '../../src/ring/settings.ts';

describe('ring settings', () => {
  it('are the defaults with what was chosen in their place', () => {
    expect(ringSettings()).toEqual(RING_DEFAULTS);
    expect(ringSettings({ k: 2, wire: 'text' })).toEqual({ ...RING_DEFAULTS, k: 2, wire: 'text' });
    expect(ringSettings({ k: undefined } as never)).toEqual(RING_DEFAULTS);
  });

  it.each([
    [{ k: -1 }, /"k" expected a whole number in 0\.\.16, got -1/],
    [{ k: K_MAX + 1 }, /"k"/],
    [{ k: 1.5 }, /"k"/],
    [{ k: '2' }, /"k" expected a whole number, got "2"/],
    [{ wire: 'morse' }, /"wire" expected seed \| string \| text, got "morse"/],
    [{ policy: 'none' }, /"policy"/],
    [{ hostLabel: 7 }, /"hostLabel"/],
    [{ frames: 'yes' }, /"frames"/],
    [{ successors: 3, k: 2 }, /"successors" expected k \+ 2 at least, got 3/],
    [{ pulseMs: 0 }, /"pulseMs"/],
    [{ valueBytesMax: -1 }, /"valueBytesMax"/],
    [{ colour: 'red' }, /"colour" is no setting/],
  ])('refuse %o', (chosen, message) => {
    expect(() => ringSettings(chosen as never)).toThrow(message);
  });
});
