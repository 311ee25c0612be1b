import { createHmac } from 'node:crypto';
import type { Hmac } from '../../../src/ring/greeting/secret.ts';

export const hmac: Hmac = (key, bytes) =>
  new Uint8Array(createHmac('sha256', key).update(bytes).digest());

export const SECRET = 'a secret of this ring';
