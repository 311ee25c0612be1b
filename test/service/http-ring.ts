/** A ring of one with an HTTP service, for as long as a test uses it. */
import { openRing, type Ring, type RingOptions } from '../../src/ring.ts';
import { type HttpOptions, openHttp } from '../../src/service.ts';

export async function withHttp(
  use: (url: string, ring: Ring) => Promise<void>,
  options: { ring?: RingOptions; http?: HttpOptions } = {},
): Promise<void> {
  const ring = await openRing(options.ring);
  await ring.ready();
  const http = await openHttp(ring, options.http);
  try {
    await use(http.url, ring);
  } finally {
    await http.close();
    await ring.close();
  }
}
