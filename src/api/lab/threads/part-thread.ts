/**
 * A thread with one part of a world: makes it from the plan, and then does what it is told. Between two
 * orders it runs by itself, and meets the other threads at the end of each window.
 */
import { threadsHere } from '../../../io/threads.ts';
import { MainlinePart, type PartPlan } from '../../../lab/mainline/mainline-part.ts';
import { Part } from '../../../lab/parts/part.ts';
import { windows } from '../../../lab/parts/windows.ts';
import { Ended, Exchange, type Meeting } from './exchange.ts';
import { type Call, type Outcome, PartOffice } from './part-office.ts';

/** What a thread is given to begin with. */
export interface ThreadOrders {
  plan: PartPlan;
  number: number;
  meeting: Meeting;
}

/** What it is told then; each is answered in its turn, or not at all. */
export type Order =
  /** Runs, with all others; the answer tells what has ended. */
  | { kind: 'run'; untilMs: number; stops: boolean }
  | { kind: 'tally' }
  | { kind: 'touch' }
  /** To all, no answer. */
  | { kind: 'befall'; step: Parameters<MainlinePart['befall']>[0]; number: number }
  /** To the part of the node, no answer but its outcome after a run. */
  | { kind: 'call'; call: Call };

export type Answer =
  | { kind: 'made'; joinedMs: number }
  | { kind: 'ran'; nowMs: number; outcomes: Outcome[]; delivered: number }
  | { kind: 'told'; tally: ReturnType<MainlinePart['tally']> }
  | { kind: 'touched' }
  | { kind: 'failed'; message: string };

const { parentPort, workerData } = threadsHere()!;
const { plan, number, meeting } = workerData as ThreadOrders;
const tell = (answer: Answer): void => parentPort!.postMessage(answer);

function begin(): void {
  const part = new Part(number, meeting.count, plan.nodes);
  const program = new MainlinePart(plan, part);
  const office = new PartOffice(program);
  const exchange = new Exchange(meeting, number);
  const obey = (order: Order): void => {
    if (order.kind === 'run') {
      const run = windows(program.world, order.untilMs, () => office.ended, order.stops);
      let { value, done } = run.next();
      while (done !== true)
        ({ value, done } = run.next(exchange.meet(value!, part, program.world)));
      const { now: nowMs, delivered } = program.world;
      tell({ kind: 'ran', nowMs, outcomes: office.take(), delivered });
    } else if (order.kind === 'tally') tell({ kind: 'told', tally: program.tally() });
    else if (order.kind === 'befall') program.befall(order.step, order.number);
    else if (order.kind === 'call') {
      if (program.world.isHere(order.call.node)) office.begin(order.call);
    } else {
      program.overlay.touchAll();
      tell({ kind: 'touched' });
    }
  };
  parentPort!.on('message', (order: Order) => saying(() => obey(order)));
  tell({ kind: 'made', joinedMs: program.joinedMs });
}

/** Whatever goes wrong is told, and ends the thread. */
function saying(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!(error instanceof Ended)) {
      tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) });
    }
    parentPort!.close();
  }
}

saying(begin);
