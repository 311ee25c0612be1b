/**
 * What a member serves beside the ring itself: its keys to Redis clients, and over HTTP. On loopback unless it was told
 * otherwise; elsewhere only in a ring with a secret, which is then the password.
 */
import { openResp, type Ring } from '../../ring.ts';
import { bold, CommandError, type Console } from '../console.ts';
import { isLoopbackHost, secretOption } from './ring-options.ts';

export interface ServiceChoice {
  resp?: number;
  http?: number;
  serviceHost: string;
}

export interface Services {
  close(): Promise<void>;
}

interface Choice extends ServiceChoice {
  secretFile?: string;
  open: boolean;
}

/** Opens those that were asked for, and says where. @throws CommandError, DhtError. */
export async function openServices(
  ring: Ring,
  options: Choice,
  console: Console,
): Promise<Services> {
  const { resp, http, serviceHost: host, secretFile, open } = options;
  const closes: (() => Promise<void>)[] = [];
  if (resp === undefined && http === undefined) return servicesOf(closes);
  if (secretFile === undefined && !open && !isLoopbackHost(host)) {
    const message = `--service-host ${host}: beyond loopback give --secret-file, or --open to serve everybody`;
    throw new CommandError(message, 2, 'USAGE');
  }
  const services = servicesOf(closes);
  try {
    if (resp !== undefined) {
      const server = await openResp(ring, { host, port: resp, ...secretOption(secretFile) });
      closes.push(() => server.close());
      console.emit('serving', { what: 'resp', host: server.host, port: server.port });
      console.say(`Redis clients are served at ${bold(`${server.host}:${server.port}`)}.`);
    }
    if (http !== undefined) {
      // Only then: it takes longer to load than all the rest.
      const { openHttp } = await import('../../service.ts');
      const server = await openHttp(ring, { host, port: http, ...secretOption(secretFile) });
      closes.push(() => server.close());
      console.emit('serving', { what: 'http', url: server.url, port: server.port });
      console.say(
        `HTTP is served at ${bold(server.url)}, described at ${server.url}/openapi.json.`,
      );
    }
  } catch (error) {
    await services.close();
    throw error;
  }
  return services;
}

function servicesOf(closes: readonly (() => Promise<void>)[]): Services {
  return {
    async close() {
      await Promise.all(closes.map((close) => close()));
    },
  };
}
