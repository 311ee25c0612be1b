/** The worker in which the lab runs: a simulation, driven in slices, with a page at the other end. */
import { type Command, Simulation } from 'ringlight/scene';
import { SimulationDriver, transferablesOf } from './simulation-driver.ts';

/** A turn that comes right after what has arrived: a timer of 0 would wait 4 ms. */
const channel = new MessageChannel();
let turn: (() => void) | null = null;
channel.port1.onmessage = () => turn?.();

const scope = self as unknown as {
  postMessage(message: unknown, transfer: Transferable[]): void;
  onmessage: ((event: MessageEvent<Command | 'drawn'>) => void) | null;
};

const driver = new SimulationDriver((emit) => new Simulation(emit), {
  post: (messages) => scope.postMessage(messages, transferablesOf(messages)),
  soon: (next) => {
    turn = next;
    channel.port2.postMessage(0);
  },
  now: () => performance.now(),
  after: (ms, next) => void setTimeout(next, ms),
});

scope.onmessage = ({ data }) => {
  if (data === 'drawn') driver.ready();
  else driver.command(data);
};
