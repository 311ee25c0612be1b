import { createSocket } from 'node:dgram';
import { describe, expect, test, vi } from 'vitest';
import { addressOf, formatIp, ipOf, parseIp6, portOf } from '../../src/core/address.ts';
import { bindUdp, checkUdpForm, UDP_FORM_VARIABLE } from '../../src/io/udp.ts';
import type { UdpTransport } from '../../src/io/udp-socket.ts';
import {
  bind,
  closed,
  LOOPBACK,
  listen,
  numbered,
  numberOf,
  opened,
  openForms,
  REFUSED,
  say,
} from './udp-suite.ts';

/** A batch of numbered datagrams arrives: each once, whole and in its order. */
async function heardWhole(
  here: UdpTransport,
  there: UdpTransport,
  heard: ReturnType<typeof listen>,
): Promise<void> {
  const bytes = new Uint8Array(2048);
  for (let number = 0; number < 200; number++) {
    here.send(there.address, bytes, numbered(number, bytes));
  }
  here.flush();
  await heard.count(200);
  expect(heard.datagrams.map(({ bytes }) => numberOf(bytes))).toEqual(
    Array.from({ length: 200 }, (_, number) => number),
  );
}

describe.each(openForms)('a UDP transport by %s', (form) => {
  test('knows its form and the address it was bound to', async () => {
    const transport = await bind(form);
    expect(transport.form).toBe(form);
    expect(ipOf(transport.address)).toBe(LOOPBACK);
    expect(portOf(transport.address)).toBeGreaterThan(0);
  });

  test('carries bytes both ways and names the exact sender', async () => {
    const [here, there] = [await bind(form), await bind(form, 0x7f000002)];
    const [heardHere, heardThere] = [listen(here), listen(there)];
    here.send(there.address, Buffer.from('ping!rest'), 5);
    here.flush();
    await heardThere.count(1);
    say(there, here.address, 'pong');
    await heardHere.count(1);
    expect(heardThere.datagrams).toEqual([{ from: here.address, bytes: Buffer.from('ping!') }]);
    expect(heardHere.datagrams).toEqual([{ from: there.address, bytes: Buffer.from('pong') }]);
    expect(heardThere.batches()).toBeGreaterThan(0);
  });

  test.each(openForms)('speaks with one by %s', async (otherForm) => {
    const [here, there] = [await bind(form), await bind(otherForm)];
    const [heardHere, heardThere] = [listen(here), listen(there)];
    for (let i = 0; i < 100; i++) say(here, there.address, `question ${i}`);
    await heardThere.count(100);
    for (let i = 0; i < 100; i++) say(there, here.address, `answer ${i}`);
    await heardHere.count(100);
    expect(heardThere.datagrams[99].bytes.toString()).toBe('question 99');
    expect(heardHere.datagrams[99].bytes.toString()).toBe('answer 99');
  });

  test('carries datagrams of any length, the longest that UDP has among them', async () => {
    const [here, there] = [await bind(form), await bind(form)];
    const heard = listen(there);
    const lengths = [0, 1, 1024, 1472, 1536, 1537, 2047, 2048, 2049, 4096, 65_507];
    for (const length of lengths) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255);
      here.send(there.address, bytes, length);
      here.flush();
      await heard.count(1);
      expect(heard.datagrams.shift()!.bytes.equals(bytes)).toBe(true);
    }
    // In one batch, too: each keeps its own rest.
    for (const fill of [1, 2, 3]) here.send(there.address, new Uint8Array(9000).fill(fill), 9000);
    here.flush();
    await heard.count(3);
    expect(heard.datagrams.map(({ bytes }) => bytes)).toEqual(
      [1, 2, 3].map((fill) => Buffer.alloc(9000, fill)),
    );
  });

  test('lets the caller write the next message into the same bytes at once', async () => {
    const [here, there] = [await bind(form), await bind(form)];
    const heard = listen(there);
    const bytes = new Uint8Array(2048);
    for (let number = 0; number < 5000; number++) {
      here.send(there.address, bytes, numbered(number, bytes));
    }
    here.flush();
    bytes.fill(0xee);
    // The kernel may drop some of a burst; the last word is sent until it is heard.
    const end = setInterval(() => say(here, there.address, 'end!'), 20);
    await vi.waitFor(() => expect(heard.datagrams.at(-1)?.bytes.toString()).toBe('end!'), 5000);
    clearInterval(end);
    const numbers = heard.datagrams.filter(({ bytes }) => bytes.toString() !== 'end!');
    const seen = numbers.map(({ bytes }) => numberOf(bytes));
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen.length + here.sendFailures).toBeGreaterThan(100);
    expect(here.sendFailures).toBe(0);
  });

  test('takes turns with others of this process and keeps their datagrams apart', async () => {
    const [one, two, there] = [await bind(form), await bind(form), await bind(form)];
    const heard = listen(there);
    for (let i = 0; i < 50; i++) {
      one.send(there.address, Buffer.from('one'), 3);
      two.send(there.address, Buffer.from('two'), 3);
    }
    one.flush();
    two.flush();
    await heard.count(100);
    for (const [sender, text] of [
      [one, 'one'],
      [two, 'two'],
    ] as const) {
      const own = heard.datagrams.filter(({ from }) => from === sender.address);
      expect(own.map(({ bytes }) => bytes.toString())).toEqual(new Array(50).fill(text));
    }
  });

  test('hears all that came while the program was busy, none twice', async () => {
    const [here, there] = [await bind(form), await bind(form)];
    const heard = listen(there);
    await heardWhole(here, there, heard);
  });

  test('sends what was waiting when it is closed', async () => {
    const [here, there] = [await bind(form), await bind(form)];
    const heard = listen(there);
    here.send(there.address, Buffer.from('last words'), 10);
    opened.splice(opened.indexOf(here), 1);
    await closed(here);
    await heard.count(1);
    expect(heard.datagrams[0].bytes.toString()).toBe('last words');
    say(here, there.address, 'too late');
  });

  test('may be closed by whoever hears a datagram, and hears no more then', async () => {
    const [here, there] = [await bind(form), await bind(form)];
    let heard = 0;
    opened.splice(opened.indexOf(there), 1);
    const gone = new Promise<void>((resolve) => {
      there.open({
        receive() {
          heard++;
          there.close(resolve);
        },
        drained: () => {},
      });
    });
    for (let i = 0; i < 200; i++) here.send(there.address, Buffer.from('x'), 1);
    here.flush();
    await gone;
    const seen = heard;
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(heard).toBe(seen);
  });

  test('counts a datagram that cannot even be tried', async () => {
    const [here, there] = [await bind(form), await bind(form)];
    const heard = listen(there);
    listen(here);
    here.send(addressOf(LOOPBACK, 0), new Uint8Array(3), 3);
    say(here, there.address, 'next');
    await heard.count(1);
    expect(here.sendFailures).toBe(1);
  });

  test('counts what the operating system refuses to send, and sends what lies around it', async () => {
    const [here, there] = [await bind(form), await bind(form)];
    const heard = listen(there);
    const { unsent } = listen(here);
    for (let i = 0; i < 40; i++) {
      here.send(i % 4 === 0 ? REFUSED : there.address, Buffer.from(`${i}`), 2);
    }
    here.flush();
    await heard.count(30);
    await vi.waitFor(() => expect(here.sendFailures).toBe(10));
    expect(unsent).toEqual(new Array(10).fill({ to: REFUSED, code: 'EACCES' }));
    expect(heard.datagrams.map(({ bytes }) => Number.parseInt(bytes.toString(), 10))).toEqual(
      Array.from({ length: 40 }, (_, i) => i).filter((i) => i % 4 !== 0),
    );
  });

  test('goes on after a datagram to a port where nobody listens', async () => {
    const [here, there, gone] = [await bind(form), await bind(form), await bind(form)];
    const address = gone.address;
    await closed(opened.pop()!);
    const heard = listen(there);
    listen(here);
    here.send(address, new Uint8Array(3), 3);
    say(here, there.address, 'on');
    await heard.count(1);
    expect(heard.datagrams[0].bytes.toString()).toBe('on');
  });

  describe('binding', () => {
    test('to a port that is taken fails with ADDRESS_IN_USE in one line', async () => {
      const first = await bind(form);
      const port = portOf(first.address);
      for (const other of openForms) {
        await expect(bind(other, LOOPBACK, port)).rejects.toMatchObject({
          name: 'DhtError',
          code: 'ADDRESS_IN_USE',
          message: `cannot listen on 127.0.0.1:${port}: the port is taken`,
        });
      }
    });

    test('keeps its port from those who would share one that is not shared', async () => {
      const first = await bind(form);
      const greedy = createSocket({ type: 'udp4', reuseAddr: true });
      const failed = new Promise((resolve) => greedy.once('error', resolve));
      greedy.bind(portOf(first.address), '127.0.0.1');
      expect(await failed).toMatchObject({ code: 'EADDRINUSE' });
      greedy.close();
    });

    test('to an address that this machine does not have fails with ADDRESS_UNAVAILABLE', async () => {
      // 192.0.2.0/24 is reserved for documentation (RFC 5737).
      await expect(bind(form, 0xc0000201)).rejects.toMatchObject({
        code: 'ADDRESS_UNAVAILABLE',
        message: 'cannot listen on 192.0.2.1:0: this machine has no such address',
      });
    });

    test('works again at once after closing', async () => {
      const port = portOf((await bind(form)).address);
      await closed(opened.pop()!);
      const again = await bind(form, LOOPBACK, port);
      expect(portOf(again.address)).toBe(port);
    });

    test('that fails leaves no socket behind', async () => {
      const other = createSocket('udp4');
      await new Promise<void>((resolve) => other.bind(0, '127.0.0.1', resolve));
      const sockets = () =>
        process.getActiveResourcesInfo().filter((name) => name === 'UDPWrap').length;
      // Those of earlier tests go with the next round of the event loop.
      await vi.waitFor(() => expect(sockets()).toBe(1));
      const { port } = other.address();
      await expect(bind(form, LOOPBACK, port)).rejects.toMatchObject({ code: 'ADDRESS_IN_USE' });
      await vi.waitFor(() => expect(sockets()).toBe(1));
      await new Promise<void>((resolve) => other.close(resolve));
    });
  });
});

describe.each(openForms)('over IPv6, a UDP transport by %s', (form) => {
  const ip6 = parseIp6('::1');

  test.each(openForms)('speaks with one by %s, and each names the exact sender', async (other) => {
    const [here, there] = [await bind(form, ip6), await bind(other, ip6)];
    const [heardHere, heardThere] = [listen(here), listen(there)];
    expect([here.form, formatIp(ipOf(here.address))]).toEqual([form, '::1']);
    for (let i = 0; i < 100; i++) say(here, there.address, `question ${i}`);
    await heardThere.count(100);
    for (const { from } of heardThere.datagrams) say(there, from, 'answer');
    await heardHere.count(100);
    expect(heardThere.datagrams[99]).toEqual({
      from: here.address,
      bytes: Buffer.from('question 99'),
    });
    expect(heardHere.datagrams[99].from).toBe(there.address);
  });

  test('carries datagrams of any length, and batches of them', async () => {
    const [here, there] = [await bind(form, ip6), await bind(form, ip6)];
    const heard = listen(there);
    for (const length of [0, 1, 1232, 1536, 1537, 65_507]) {
      here.send(there.address, new Uint8Array(length).fill(length & 255), length);
      here.flush();
      await heard.count(1);
      expect(heard.datagrams.shift()!.bytes).toEqual(Buffer.alloc(length, length & 255));
    }
    await heardWhole(here, there, heard);
  });

  test('shares its batches with sockets of IPv4, and hears nothing of theirs', async () => {
    const six = [await bind(form, ip6), await bind(form, ip6)] as const;
    const port = portOf(six[1].address);
    const four = [await bind(form), await bind(form, LOOPBACK, port)] as const;
    const [heardSix, heardFour] = [listen(six[1]), listen(four[1])];
    for (let i = 0; i < 50; i++) {
      six[0].send(six[1].address, Buffer.from('six'), 3);
      four[0].send(four[1].address, Buffer.from('four'), 4);
    }
    six[0].flush();
    four[0].flush();
    await Promise.all([heardSix.count(50), heardFour.count(50)]);
    expect(new Set(heardSix.datagrams.map(({ bytes }) => `${bytes}`))).toEqual(new Set(['six']));
    expect(new Set(heardFour.datagrams.map(({ from }) => from))).toEqual(
      new Set([four[0].address]),
    );
  });

  test('counts a datagram that cannot even be tried, and keeps its port for itself', async () => {
    const [here, there] = [await bind(form, ip6), await bind(form, ip6)];
    const heard = listen(there);
    listen(here);
    here.send(addressOf(ip6, 0), new Uint8Array(3), 3);
    say(here, there.address, 'next');
    await heard.count(1);
    expect(here.sendFailures).toBe(1);
    const port = portOf(here.address);
    for (const other of openForms) {
      await expect(bind(other, ip6, port)).rejects.toMatchObject({
        code: 'ADDRESS_IN_USE',
        message: `cannot listen on [::1]:${port}: the port is taken`,
      });
    }
  });
});

describe('the form', () => {
  const fastest = openForms.at(openForms.length > 1 ? 1 : 0);

  async function formBound(): Promise<string> {
    const transport = await bindUdp(LOOPBACK, 0);
    opened.push(transport);
    return transport.form;
  }

  test('is the fastest one that works here, unless the environment says dgram', async () => {
    vi.stubEnv(UDP_FORM_VARIABLE, undefined);
    expect(await formBound()).toBe(fastest);
    vi.stubEnv(UDP_FORM_VARIABLE, 'auto');
    expect(await formBound()).toBe(fastest);
    vi.stubEnv(UDP_FORM_VARIABLE, 'dgram');
    expect(await formBound()).toBe('dgram');
    vi.unstubAllEnvs();
  });

  test('is what the program says, whatever the environment does', async () => {
    vi.stubEnv(UDP_FORM_VARIABLE, 'dgram');
    const transport = await bindUdp(LOOPBACK, 0, { form: 'auto' });
    opened.push(transport);
    expect(transport.form).toBe(fastest);
    vi.unstubAllEnvs();
  });

  test('that there is not is refused by the name of whoever asked for it', async () => {
    vi.stubEnv(UDP_FORM_VARIABLE, 'drgam');
    await expect(bindUdp(LOOPBACK, 0)).rejects.toThrow(
      new RangeError('"RINGLIGHT_UDP" expected auto or dgram, got "drgam"'),
    );
    vi.unstubAllEnvs();
    expect(() => checkUdpForm(7, 'udp')).toThrow(RangeError);
    expect(checkUdpForm('dgram', 'udp')).toBe('dgram');
  });

  test('on Linux there is one with batches in this workshop', () => {
    const isKnown = process.platform === 'linux' && ['x64', 'arm64'].includes(process.arch);
    expect(openForms.length > 1).toBe(isKnown);
  });
});
