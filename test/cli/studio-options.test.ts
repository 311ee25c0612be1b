/** The studio beside a command: where it stands, who may act, and what is said when it cannot be. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import {
  controlToken,
  openStudioFor,
  openStudioUnasked,
  STUDIO_PORT,
} from '../../src/cli/studio-options.ts';
import type { Studio } from '../../src/studio.ts';
import { listen } from './heard.ts';

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

function keep(studio: Studio | null): Studio {
  closing.push(() => studio!.close());
  return studio!;
}
async function take(port: number): Promise<Server | null> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  const error = await once(server, 'listening').catch((reason: unknown) => reason);
  if (error instanceof Error) return null;
  closing.push(() => new Promise((resolve) => server.close(resolve)));
  return server;
}
const host = { studioHost: '127.0.0.1' };

describe('the token', () => {
  test('is drawn anew each time, or as it was typed', () => {
    expect(controlToken('auto')).toMatch(/^[\w-]{22}$/);
    expect(controlToken('auto')).not.toBe(controlToken('auto'));
    expect(controlToken('open-sesame')).toBe('open-sesame');
    for (const wrong of ['', 'short', 'with a blank', 'smörgåsbord']) {
      expect(() => controlToken(wrong)).toThrow(/Expected auto, or 8/);
    }
  });
});

describe('a studio that was asked for', () => {
  test('tells its address with what it opens on, and the token behind the #', async () => {
    const { console, said, events } = listen();
    const choice = { ...host, studio: true, controlToken: 'open-sesame' };
    const { url } = keep(await openStudioFor({ opens: 'live=ring' }, choice, console));
    const full = `${url}/#live=ring&token=open-sesame`;
    expect(events).toEqual([{ event: 'studio', url: full, address: url, token: 'open-sesame' }]);
    expect(said[0]).toContain(full);
    const plain = listen();
    const other = keep(await openStudioFor({ opens: '' }, { ...host, studio: 0 }, plain.console));
    expect(plain.events).toEqual([{ event: 'studio', url: `${other.url}/`, address: other.url }]);
  });

  test('says in one line that its port is taken', async () => {
    const { console } = listen();
    const taken = keep(await openStudioFor({ opens: '' }, { ...host, studio: true }, console));
    const choice = { ...host, studio: taken.port };
    for (const open of [openStudioFor, openStudioUnasked]) {
      await expect(open({ opens: '' }, choice, console)).rejects.toMatchObject({
        message: `the studio cannot listen on 127.0.0.1:${taken.port}: the port is taken`,
        status: 2,
        code: 'ADDRESS_IN_USE',
      });
    }
  });
});

describe('a studio that nobody asked for', () => {
  test('is not there when it is not wanted', async () => {
    const { console, events } = listen();
    expect(await openStudioUnasked({ opens: '' }, { ...host, studio: false }, console)).toBeNull();
    expect(events).toEqual([]);
  });

  test('goes elsewhere when its usual port is taken', async () => {
    await take(STUDIO_PORT);
    const { console } = listen();
    const { port } = keep(await openStudioUnasked({ opens: '' }, host, console));
    expect(port).not.toBe(STUDIO_PORT);
    expect(port).toBeGreaterThan(0);
  });
});
