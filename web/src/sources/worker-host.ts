/** What a driver needs, made of what a worker has. */
import { type DriverHost, transferablesOf } from './simulation-driver.ts';

export function workerHost(): DriverHost {
  const scope = self as unknown as {
    postMessage(message: unknown, transfer: Transferable[]): void;
  };
  // A turn that comes right after what has arrived: a timer of 0 would wait 4 ms.
  const channel = new MessageChannel();
  let turn = () => {};
  channel.port1.onmessage = () => turn();
  return {
    post: (messages) => scope.postMessage(messages, transferablesOf(messages)),
    soon: (next) => {
      turn = next;
      channel.port2.postMessage(0);
    },
    now: () => performance.now(),
    after: (ms, next) => {
      setTimeout(next, ms);
    },
  };
}
