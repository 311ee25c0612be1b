import { connect, createServer, type Socket } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Outflow } from '../../src/io/outflow.ts';

it('what is written in turns comes out in its order, copied or given', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  const turns = fc.array(
    fc.array(fc.record({ length: fc.nat({ max: 9000 }), isGiven: fc.boolean() }), { maxLength: 5 }),
    { maxLength: 30 },
  );
  await fc.assert(
    fc.asyncProperty(turns, async (all) => {
      const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve));
      const client = connect(port, '127.0.0.1');
      const parts: Buffer[] = [];
      client.on('data', (part) => parts.push(part));
      const over = new Promise((resolve) => client.once('end', resolve));
      const socket = await accepted;
      const outflow = new Outflow(socket, () => {});
      const said: Buffer[] = [];
      for (const turn of all) {
        let queued = 0;
        for (const { length, isGiven } of turn) {
          const bytes = Buffer.alloc(length, said.length % 256);
          said.push(Buffer.from(bytes));
          if (isGiven) outflow.push(bytes);
          else outflow.append(bytes, 0, length);
          // What was copied is the writer's own again.
          if (!isGiven) bytes.fill(0xee);
          queued += length;
          expect(outflow.queuedBytes).toBe(queued);
        }
        outflow.leave();
        expect(outflow.queuedBytes).toBe(0);
        if (said.length % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
      }
      socket.end();
      await over;
      expect(Buffer.concat(parts).equals(Buffer.concat(said))).toBe(true);
      client.destroy();
    }),
    { numRuns: 30 },
  );
  await new Promise<void>((resolve) => server.close(() => resolve()));
});
