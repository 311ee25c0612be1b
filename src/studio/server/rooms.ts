/**
 * Chat rooms that a live ring keeps: who looks on may read them, who has the control token may speak.
 *
 *     GET  …/rooms                       those that there are
 *     GET  …/rooms/kitchen?page=3        a page of lines; without a number the last one
 *     GET  …/rooms/kitchen/lines         server-sent events: `ready`, then a `line` for each
 *     POST …/rooms/kitchen               {"from": "Ann", "text": "hello"}
 *
 * Whoever begins to hear a room, or comes back to it, reads the pages that he has not read once he is told
 * `ready`: so nothing is missed, and what is told twice has one id.
 */
import { randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { streamSSE } from 'hono/streaming';
import {
  CHAT_NAME_LENGTH_MAX,
  CHAT_TEXT_LENGTH_MAX,
  ChatRoom,
  chatRooms,
  type RingService,
} from '../../ring.ts';
import type { RequestCounts } from './counts.ts';
import { ApiError } from './failures.ts';
import { checkToken, type Env, type Handled, jsonIn, type SceneOf } from './route.ts';
import { RoomAnswer, RoomsAnswer, SaidAnswer, Saying } from './schemas.ts';

/** Who hears a room keeps a connection, and owners of the ring that he waits at. */
export const LISTENERS_MAX = 64;
/** An event that tells nothing, so that one sees that the connection lives. */
const SIGN_OF_LIFE_MS = 15_000;

export interface RoomOptions {
  controlToken: string | undefined;
  counts: RequestCounts;
}

const MISSING = { 404: 'There is no such scene, or it keeps no rooms', 503: 'The ring is away' };
const WRONG = { ...MISSING, 400: 'No name of a room, or no number of a page' };

export function roomRoutes({ controlToken, counts }: RoomOptions, scene: SceneOf): Handled[] {
  const ringOf = async (context: Context<Env>): Promise<RingService> => {
    const ring = await scene(context).ring();
    if (ring !== null) return ring;
    throw new ApiError(404, 'NO_ROOMS', 'only a ring whose members are there keeps rooms');
  };
  const path = '/api/scenes/:scene/rooms';
  return [
    {
      ...{ method: 'get', path, summary: 'The chat rooms that a ring keeps' },
      ...{ answer: RoomsAnswer, errors: MISSING },
      handle: async (context) => context.json({ rooms: await chatRooms(await ringOf(context)) }),
    },
    {
      ...{ method: 'get', path: `${path}/:room`, summary: 'A page of a room, or its last one' },
      ...{ answer: RoomAnswer, errors: WRONG },
      handle: async (context) => context.json(await pageOf(context, await ringOf(context))),
    },
    listeningRoute(`${path}/:room/lines`, ringOf),
    {
      ...{ method: 'post', path: `${path}/:room`, summary: 'Says a line, with the control token' },
      ...{ answer: SaidAnswer, body: Saying, needsToken: true },
      errors: { ...WRONG, 401: 'The wrong token', 403: 'There is no token', 415: 'No JSON' },
      handle: async (context) => {
        checkToken(context.req.header('authorization'), controlToken);
        const line = { id: randomUUID(), ...sayingOf(await jsonIn(context)), atMs: Date.now() };
        await roomOf(context, await ringOf(context)).say(line);
        counts.acts++;
        return context.json({ line });
      },
    },
  ];
}

function listeningRoute(
  path: string,
  ringOf: (context: Context<Env>) => Promise<RingService>,
): Handled {
  let listeners = 0;
  return {
    ...{ method: 'get', path, summary: 'Lines of a room as they are said: server-sent events' },
    ...{ answer: null, errors: WRONG },
    handle: async (context) => {
      const room = roomOf(context, await ringOf(context));
      if (listeners >= LISTENERS_MAX) {
        throw new ApiError(503, 'TOO_MANY_LISTENERS', 'too many hear rooms already');
      }
      listeners++;
      return streamSSE(context, async (stream) => {
        const stop = new AbortController();
        stream.onAbort(() => stop.abort());
        const signs = setInterval(() => void stream.write(':\n\n'), SIGN_OF_LIFE_MS);
        try {
          for await (const lines of room.news(stop.signal)) {
            if (lines.length === 0) await stream.writeSSE({ event: 'ready', data: '{}' });
            for (const line of lines) {
              await stream.writeSSE({ event: 'line', data: JSON.stringify(line) });
            }
          }
        } catch {
          // The ring is away, or this member of it: the stream ends, and who hears it comes back.
        } finally {
          clearInterval(signs);
          listeners--;
        }
      });
    },
  };
}

/** @throws ApiError for what is no name of a room. */
function roomOf(context: Context<Env>, ring: RingService): ChatRoom {
  try {
    return new ChatRoom(ring, context.req.param('room') ?? '');
  } catch (error) {
    throw new ApiError(400, 'BAD_ROOM', (error as Error).message);
  }
}

async function pageOf(context: Context<Env>, ring: RingService): Promise<object> {
  const room = roomOf(context, ring);
  const asked = context.req.query('page');
  if (asked !== undefined && !/^\d{1,9}$/.test(asked)) {
    throw new ApiError(400, 'BAD_PAGE', `"page" expected a whole number, got "${asked}"`);
  }
  const last = await room.lastPage();
  const page = asked === undefined ? last : Number(asked);
  const lines = page < 0 || page > last ? [] : await room.read(page);
  const limits = { textLengthMax: CHAT_TEXT_LENGTH_MAX, nameLengthMax: CHAT_NAME_LENGTH_MAX };
  return { page, last, lines, ...limits };
}

/** @throws ApiError. */
function sayingOf(text: string): Saying {
  try {
    return Saying.parse(JSON.parse(text));
  } catch {
    const message =
      `expected {"from", "text"}: a name of 1 to ${CHAT_NAME_LENGTH_MAX} characters ` +
      `and a line of 1 to ${CHAT_TEXT_LENGTH_MAX}`;
    throw new ApiError(400, 'BAD_LINE', message);
  }
}
