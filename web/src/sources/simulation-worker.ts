/** The worker in which the lab runs: a simulation, driven in slices, with a page at the other end. */
import { type Command, Simulation } from 'ringlight/scene';
import { SimulationDriver } from './simulation-driver.ts';
import { workerHost } from './worker-host.ts';

const driver = new SimulationDriver((emit) => new Simulation(emit), workerHost());

self.onmessage = ({ data }: MessageEvent<Command | 'drawn'>) => {
  if (data === 'drawn') driver.ready();
  else driver.command(data);
};
