/**
 * Changes as server-sent events: `EventSource` of a browser, or `curl -N`, follows a key or a prefix, and
 * when the connection breaks it comes back with `Last-Event-ID` and goes on where it was.
 *
 *     id: AYk3…                              where to go on
 *     event: set                             set, removed, expired, following, resync
 *     data: {"name":"room:1","version":"01a2…","value":"aGVsbG8="}
 */
import type { RingChange } from '../ring.ts';

/** A line that is no event, so that the connection is seen to live. */
const SIGN_OF_LIFE_MS = 15_000;

/** The value in base64; null where it is too large to be told. */
export function eventText({ resume, kind, value, ...rest }: RingChange): string {
  const text = value === null ? null : Buffer.from(value).toString('base64');
  const data = JSON.stringify({ ...rest, ...(kind === 'set' && { value: text }) });
  const id = resume === '' ? '' : `id: ${resume}\n`;
  return `${id}event: ${kind}\ndata: ${data}\n\n`;
}

/** Changes as a stream; whoever reads slowly is waited for. It ends with the changes. */
export function eventStream(changes: AsyncGenerator<RingChange>): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let signs: NodeJS.Timeout | undefined;
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        signs = setInterval(() => {
          if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(':\n\n'));
        }, SIGN_OF_LIFE_MS);
        signs.unref();
      },
      async pull(controller) {
        try {
          const { done, value } = await changes.next();
          if (done) {
            clearInterval(signs);
            return controller.close();
          }
          controller.enqueue(encoder.encode(eventText(value)));
        } catch (error) {
          clearInterval(signs);
          controller.error(error);
        }
      },
      async cancel() {
        clearInterval(signs);
        await changes.return(undefined);
      },
    },
    { highWaterMark: 1 },
  );
}
