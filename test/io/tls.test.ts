import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { portOf } from '../../src/core/address.ts';
import { STREAM_QUEUE_BYTES } from '../../src/core/host.ts';
import { HANDSHAKES_LIMIT, Tls, type TlsOptions } from '../../src/io/tls.ts';
import { certificates, hasOpenssl } from './certificates.ts';
import { type End, openEnd } from './streams.ts';

const PATIENCE = { timeout: 20_000 };
const text = new TextEncoder();

/** Ends what the other side has ended, as a ring's node does. */
function polite(end: End): End {
  end.recorder.onEnded = (stream) => end.streams.end(stream);
  return end;
}

describe.skipIf(!hasOpenssl)('streams with certificates', () => {
  const own = hasOpenssl ? certificates() : ({} as TlsOptions);
  const foreign = hasOpenssl ? certificates() : ({} as TlsOptions);

  it('carry bytes both ways, and end as others do', async () => {
    await using server = await openEnd(1, { tls: new Tls(own) });
    await using client = polite(await openEnd(1, { tls: new Tls(own) }));
    server.recorder.onArrived = (stream) => {
      server.streams.write(stream, text.encode('good bye'), 0, 8);
      server.streams.end(stream);
    };
    const stream = client.streams.connect(client.address, server.address);
    client.streams.write(stream, text.encode('hello'), 0, 5);
    await client.recorder.until(`closed ${stream} ended`);
    await server.recorder.until('closed 1 ended');
    expect(String.fromCharCode(...server.recorder.bytes.get(1)!)).toBe('hello');
    expect(String.fromCharCode(...client.recorder.bytes.get(stream)!)).toBe('good bye');
    expect(server.recorder.accepts[0]!.to).toBe(server.address);
    expect(client.streams.tlsFailure).toBeNull();
  });

  it('say when they have room again', async () => {
    await using server = await openEnd(1, { tls: new Tls(own) });
    await using client = polite(await openEnd(1, { tls: new Tls(own) }));
    server.recorder.keepsBytes = false;
    const stream = client.streams.connect(client.address, server.address);
    const much = new Uint8Array(STREAM_QUEUE_BYTES + 1);
    expect(client.streams.write(stream, much, 0, much.length)).toBeGreaterThan(STREAM_QUEUE_BYTES);
    await client.recorder.until(`drained ${stream}`);
  });

  it('are for those only who have one of this authority', async () => {
    const tls = new Tls(own);
    const told: string[] = [];
    tls.onFailure = (host, _port, reason) => told.push(`${host}: ${reason}`);
    await using server = await openEnd(1, { tls });
    const strangers = [{ ...foreign, ca: own.ca }, foreign];
    for (const certificate of strangers) {
      await using client = polite(await openEnd(1, { tls: new Tls(certificate) }));
      const stream = client.streams.connect(client.address, server.address);
      client.streams.write(stream, text.encode('hello'), 0, 5);
      await expect.poll(() => client.recorder.heard.at(-1), PATIENCE).toMatch(`closed ${stream}`);
      // Who refuses a certificate closes without a word; who is shown a wrong one knows what is wrong.
      const knows = client.streams.tlsFailure !== null;
      expect(knows).toBe(certificate === foreign);
    }
    // What others began says nothing of whom we cannot reach.
    expect(server.streams.tlsFailure).toBeNull();
    await using plain = polite(await openEnd());
    const stream = plain.streams.connect(plain.address, server.address);
    plain.streams.write(stream, text.encode('VER and a few bytes more'), 0, 24);
    await expect.poll(() => plain.recorder.heard.at(-1), PATIENCE).toMatch(`closed ${stream}`);
    await expect.poll(() => server.streams.counters.turnedAway, PATIENCE).toBe(3);
    expect(server.recorder.heard).toEqual([]);
    // All came from one host.
    expect(told).toHaveLength(1);
    expect(told[0]).toMatch(/^127\.0\.0\.1: \D+/);
  });

  it('cannot be opened to one that has no certificates', async () => {
    await using server = await openEnd();
    await using client = polite(await openEnd(1, { tls: new Tls(own) }));
    server.recorder.onArrived = (stream) => server.streams.end(stream);
    const stream = client.streams.connect(client.address, server.address);
    await expect.poll(() => client.recorder.heard.at(-1), PATIENCE).toMatch(`closed ${stream}`);
    expect(client.recorder.heard).not.toContain(`opened ${stream}`);
  });

  it('begin only so many at a time', async () => {
    const tls = new Tls(own);
    const told: string[] = [];
    tls.onFailure = (host) => told.push(host);
    await using server = await openEnd(1, { tls });
    const idle = Array.from({ length: HANDSHAKES_LIMIT + 5 }, () =>
      connect(portOf(server.address), '127.0.0.1').on('error', () => {}),
    );
    await expect.poll(() => idle.filter((socket) => socket.closed).length, PATIENCE).toBe(5);
    await expect.poll(() => server.streams.counters.turnedAway, PATIENCE).toBe(5);
    expect(told).toEqual([]);
    for (const socket of idle) socket.resetAndDestroy();
    await using client = polite(await openEnd(1, { tls: new Tls(own) }));
    await expect
      .poll(async () => {
        const stream = client.streams.connect(client.address, server.address);
        await expect
          .poll(
            () =>
              client.recorder.heard.some(
                (line) => line.endsWith(` ${stream}`) || line.includes(`closed ${stream} `),
              ),
            PATIENCE,
          )
          .toBe(true);
        return client.recorder.heard.includes(`opened ${stream}`);
      }, PATIENCE)
      .toBe(true);
  });
});

describe.skipIf(!hasOpenssl)('certificates', () => {
  it('that do not fit are refused by name', () => {
    const own = certificates();
    const refused = (options: object, message: RegExp) =>
      expect(() => new Tls({ ...own, ...options } as TlsOptions)).toThrow(message);
    refused({ cert: 'none' }, /"tls.cert" expected PEM/);
    refused({ ca: '' }, /"tls.ca" expected PEM/);
    refused({ key: 'none' }, /"tls.key" expected PEM/);
    refused({ key: certificates().key }, /"tls.key" expected PEM that fits: .*mismatch/);
    refused({ key: undefined }, /"tls.key" expected PEM, as text or bytes, got undefined/);
  });
});
