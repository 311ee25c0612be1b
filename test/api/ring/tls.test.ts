import { describe, expect, it } from 'vitest';
import { connectRing, openRing, type RingNotice, type TlsOptions } from '../../../src/ring.ts';
import { certificates, hasOpenssl } from '../../io/certificates.ts';
import { text } from './rings.ts';

const SECRET = 'known to few, 16 bytes at least';

describe.skipIf(!hasOpenssl)('a ring with certificates', () => {
  const tls = hasOpenssl ? certificates() : ({} as TlsOptions);

  it('serves those who have one, on top of the secret', async () => {
    const heard: RingNotice[] = [];
    const onEvent = (notice: RingNotice) => heard.push(notice);
    await using first = await openRing({ k: 1, tls, secret: SECRET, onEvent });
    await first.ready();
    const join = first.addresses[0]!;
    await using second = await openRing({ k: 1, tls, secret: SECRET, join });
    await second.ready();
    await using client = await connectRing(join, { tls, secret: SECRET });
    await client.insert('hello', 'world', { level: 'all', timeoutMs: 20_000 });
    expect(text(await second.get('hello'))).toBe('world');
    const limits = { timeoutMs: 3000 };
    const strangers = [
      { secret: SECRET },
      { secret: SECRET, tls: certificates() },
      { secret: 'quite another secret', tls },
      { tls },
    ];
    for (const options of strangers) {
      await using stranger = await connectRing(join, options);
      await expect(stranger.get('hello', limits)).rejects.toMatchObject({ name: 'DhtError' });
    }
    const reasons = () => heard.filter(({ kind }) => kind === 'rejected').map((one) => one.reason);
    await expect.poll(reasons, { timeout: 10_000 }).toContainEqual(expect.stringMatching(/^TLS: /));
  });

  it('says why nobody could be reached', async () => {
    await using ring = await openRing({ tls });
    await ring.ready();
    await using stranger = await connectRing(ring.addresses[0]!, {
      tls: certificates(),
      callTimeoutMs: 1000,
    });
    await expect(stranger.get('hello')).rejects.toMatchObject({
      code: 'UNREACHABLE',
      message: expect.stringMatching(/\(TLS: .+\)$/),
    });
  });

  it('takes no dialect of class programs, and no half of certificates', async () => {
    await expect(openRing({ tls, wire: 'seed' })).rejects.toThrow(
      /"wire" expected none beside "tls"/,
    );
    await expect(openRing({ tls: { ...tls, crt: '' } as TlsOptions })).rejects.toThrow(
      /"tls.crt" is no option of tls, did you mean "tls.cert"/,
    );
    await expect(openRing({ tls: { cert: tls.cert } as TlsOptions })).rejects.toThrow(/"tls.key"/);
  });
});
