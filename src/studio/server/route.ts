/**
 * What the routes of the studio's API have in common: how each says what it is, finds its scene, and looks
 * at who asks.
 */
import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { LiveScene } from '../live/live-scene.ts';
import { ApiError } from './failures.ts';
import { bearerOf, isToken } from './guard.ts';
import type { Route } from './openapi.ts';

export type Env = { Bindings: HttpBindings };

export interface Handled extends Route {
  handle: (context: Context<Env>) => Response | Promise<Response>;
}

/** The scene that a path names. @throws ApiError. */
export type SceneOf = (context: Context<Env>) => LiveScene;

/** @throws ApiError for who has not shown the token. */
export function checkToken(authorization: string | undefined, token: string | undefined): void {
  if (token === undefined) {
    const message = 'this studio is read-only: start it with --control-token to act';
    throw new ApiError(403, 'READ_ONLY', message);
  }
  const given = bearerOf(authorization);
  if (given === '') {
    throw new ApiError(401, 'NO_TOKEN', 'acting needs the control token: Authorization: Bearer …');
  }
  if (!isToken(given, token)) throw new ApiError(401, 'WRONG_TOKEN', 'this is not the token');
}

/** The body of a request, which says that it is JSON. @throws ApiError. */
export async function jsonIn(context: Context<Env>): Promise<string> {
  if (/^application\/json\b/i.test(context.req.header('content-type') ?? '')) {
    return context.req.text();
  }
  throw new ApiError(415, 'NO_JSON', 'what is to be done is posted as application/json');
}
