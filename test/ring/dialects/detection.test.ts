/**
 * Which dialect a ring speaks, asked of real conversations in each and of foreign programs acted out.
 */
import { describe, expect, test } from 'vitest';
import { formatAddress } from '../../../src/core/address.ts';
import { Closed } from '../../../src/core/host.ts';
import { Conversation } from '../../../src/ring/dialects/conversation.ts';
import { Detection, type DetectionListener } from '../../../src/ring/dialects/detection.ts';
import { Exchange } from '../../../src/ring/dialects/exchange.ts';
import { DETECT_MS, WIRES, type Wire } from '../../../src/ring/dialects/wire.ts';
import { feed, keyOf, OneStream, Pipe, SmallService, termsOf } from './wire-scenes.ts';

/** Detects at a peer that `serve` acts out; what was heard of it, and what was said to the peer. */
function detect(serve: (exchange: Exchange, host: OneStream, attempt: number) => void): {
  result: string;
  said: string[];
} {
  const said: string[] = [];
  let result = '';
  const begun: [Exchange, OneStream][] = [];
  const listener: DetectionListener = {
    beginDetection(now, request, heard) {
      const host = new OneStream();
      begun.push([new Exchange(host, 1, termsOf('seed'), request, heard, now), host]);
    },
    detected(_now, wire, closest) {
      result += `${wire} ${formatAddress(closest)}`;
    },
    undetected(_now, why) {
      result += why;
    },
  };
  new Detection(listener, keyOf('hello')).start(0);
  for (let attempt = 0; attempt < begun.length; attempt++) {
    const [exchange, host] = begun[attempt];
    serve(exchange, host, attempt);
    said.push(host.said());
    expect(exchange.isOver).toBe(true);
  }
  return { result, said };
}

describe('detection', () => {
  test.each(WIRES)('our own node in %s', (wire: Wire) => {
    const { result } = detect((exchange, host) => {
      const service = new SmallService();
      const pipe = new Pipe(() => 3);
      const server = new Conversation(pipe, 2, 1, service.me, termsOf(wire), service, 0);
      exchange.opened(0);
      feed(server, 0, Uint8Array.from(host.written));
      const heard = Uint8Array.from(pipe.transcript[2]);
      if (heard.length > 0) feed(exchange, 0, heard, 1);
      else exchange.closed(0, Closed.reset);
    });
    expect(result).toBe(`${wire} 10.0.0.1:5000`);
  });

  test('a silent program costs 2 s, and text programs hear nothing that is no line', () => {
    let now = 0;
    const silent = detect((exchange, _host, attempt) => {
      exchange.opened(now);
      if (attempt === 0) exchange.tick((now = exchange.deadline));
      else feed(exchange, now, Uint8Array.of(127, 0, 0, 1, 19, 136));
    });
    expect(silent.result).toBe('seed 127.0.0.1:5000');
    expect(now).toBe(DETECT_MS);
    const text = detect((exchange, host) => {
      exchange.opened(0);
      expect(host.said()).toMatch(/^LOCATE\n\d+\n$/);
      feed(exchange, 0, '127.0.0.1:5000\r\n', 4);
    });
    expect(text).toEqual({ result: 'text 127.0.0.1:5000', said: [''] });
  });

  test('nobody there, and somebody else, are known after one attempt', () => {
    const nobody = detect((exchange) => exchange.closed(0, Closed.refused));
    expect([nobody.result, nobody.said.length]).toEqual(['connection-refused', 1]);
    const lost = detect((exchange) => exchange.tick(exchange.deadline));
    expect([lost.result, lost.said.length]).toEqual(['connect-timeout', 1]);
    const web = detect((exchange) => {
      exchange.opened(0);
      feed(exchange, 0, 'HTTP/1.1 400 Bad Request\r\n');
      exchange.tick(exchange.deadline);
    });
    expect([web.result, web.said.length]).toEqual(['malformed', 1]);
    const mute = detect((exchange) => {
      exchange.opened(0);
      exchange.tick(exchange.deadline);
    });
    expect([mute.result, mute.said.length]).toEqual(['timeout', 2]);
    const stopped = detect((exchange) => exchange.abort(0));
    expect([stopped.result, stopped.said.length]).toEqual(['aborted', 1]);
  });
});
