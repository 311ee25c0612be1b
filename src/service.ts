/**
 * `ringlight/service`: a ring over HTTP, at any of its members.
 *
 *     import { openRing } from 'ringlight/ring';
 *     import { openHttp } from 'ringlight/service';
 *     const ring = await openRing();
 *     const http = await openHttp(ring, { port: 8080 });   // PUT, GET, DELETE /values/NAME
 */
export { type HttpOptions, type HttpServer, type HttpStats, openHttp } from './service/http.ts';
