/**
 * `ringlight lab grade ./node.py`: programs of somebody else, one process a node, as the nodes of a world.
 * The exam (lab/exam) says what each is told; here are the processes, and what people read of the verdict.
 */
import { accessSync, closeSync, constants, openSync, writeSync } from 'node:fs';
import { isAbsolute, resolve } from 'node:path';
import { fileReason } from '../../files.ts';
import { Exam, type ExamOptions, type ExamResult, type Turn } from '../../world.ts';
import { bold, CommandError, type Console, counted, green, milliseconds, red } from '../console.ts';
import { ProgramFault, ProgramProcess } from './program-process.ts';

export interface GradeOptions extends ExamOptions {
  /** Exams, of seeds that follow each other. */
  seeds: number;
  /** Real time that a program has for an answer. */
  answerWithinMs: number;
  /** A file for all that is said. */
  log?: string;
}

/** What runs a file that is not executable by itself. */
const INTERPRETERS: readonly (readonly [RegExp, string])[] = [
  [/\.py$/, 'python3'],
  [/\.[cm]?js$/, process.execPath],
];
const PROGRESS_EVERY_MS = 500;

/** Runs the exams until one fails. Resolves with the exit status. */
export async function grade(
  words: readonly string[],
  { seeds, answerWithinMs, log, ...options }: GradeOptions,
  console: Console,
): Promise<number> {
  const command = commandFrom(words);
  const first = options.seed ?? 1;
  const exams = openExam({ ...options, seed: first }); // a wrong option is told before anything begins
  const file = log === undefined ? null : openLog(log);
  const { nodes, task } = exams.trial;
  try {
    for (let seed = first; seed < first + seeds; seed++) {
      const exam = openExam({ ...options, seed });
      const startedAtMs = performance.now();
      const result = await sit(exam, command, answerWithinMs, file, console);
      console.progress('');
      const wallMs = performance.now() - startedAtMs;
      console.emit('exam', { ...result, wallMs });
      show(result, wallMs, console);
      if (!result.pass) {
        console.say();
        console.emit('result', { task, nodes, seed, pass: false });
        const more = log === undefined ? ', with --log FILE for all that is said' : '';
        console.say(`The same again: --seed ${seed}${more}`);
        return 1;
      }
    }
    console.emit('result', { task, nodes, seeds, pass: true });
    return 0;
  } finally {
    if (file !== null) closeSync(file);
  }
}

function openExam(options: ExamOptions): Exam {
  try {
    return new Exam(options);
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    throw new CommandError(error.message, 2, 'USAGE');
  }
}

function openLog(path: string): number {
  try {
    return openSync(path, 'w');
  } catch (error) {
    throw new CommandError(`cannot write ${path}: ${fileReason(error)}`, 2, 'WRITE');
  }
}

/** A file by itself is run by what its name says, unless it can be run as it is. */
export function commandFrom(words: readonly string[]): string[] {
  const [file, ...args] = words;
  if (file === undefined) throw new CommandError('expected a program', 2, 'USAGE');
  const interpreter = INTERPRETERS.find(([ending]) => ending.test(file))?.[1];
  const isPath = /[/\\]/.test(file) || interpreter !== undefined;
  if (!isPath) return [...words];
  const path = isAbsolute(file) ? file : resolve(file);
  try {
    accessSync(path, constants.R_OK);
  } catch {
    throw new CommandError(`there is no ${file} to be read`, 2, 'USAGE');
  }
  try {
    accessSync(path, constants.X_OK);
    return [path, ...args];
  } catch {
    if (interpreter !== undefined) return [interpreter, path, ...args];
    throw new CommandError(`${file} cannot be run: make it executable (chmod +x)`, 2, 'USAGE');
  }
}

/** One exam from its beginning to its end: the processes are gone when it resolves. */
async function sit(
  exam: Exam,
  command: readonly string[],
  withinMs: number,
  log: number | null,
  console: Console,
): Promise<ExamResult> {
  const processes: (ProgramProcess | undefined)[] = [];
  const lives: number[] = [];
  const note = (what: object): void => {
    if (log !== null) writeSync(log, `${JSON.stringify(what)}\n`);
  };
  const processOf = async ({ node, life }: Turn): Promise<ProgramProcess> => {
    const known = processes[node];
    if (known !== undefined && lives[node] === life) return known;
    await known?.kill();
    lives[node] = life;
    const name = `n${node}`;
    const made = new ProgramProcess(command, withinMs, (stderr) => note({ node: name, stderr }));
    processes[node] = made;
    return made;
  };
  let interrupted = false;
  const stop = (): void => {
    interrupted = true;
    for (const one of processes) void one?.kill();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  let shownAtMs = 0;
  let turns = 0;
  try {
    for (let turn = exam.next(); turn !== null && !interrupted; turn = exam.next()) {
      if (console.watched && performance.now() - shownAtMs > PROGRESS_EVERY_MS) {
        shownAtMs = performance.now();
        console.progress(`seed ${exam.trial.seed}  ${counted(turns, 'line')} answered`);
      }
      try {
        const answer = await (await processOf(turn)).ask(turn.line);
        note({ node: `n${turn.node}`, told: JSON.parse(turn.line), answer });
        exam.answer(answer);
        turns++;
      } catch (error) {
        if (!(error instanceof ProgramFault)) throw error;
        note({ node: `n${turn.node}`, told: JSON.parse(turn.line), fault: error.message });
        exam.fail(turn.node, error.message);
      }
    }
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
    await Promise.all(processes.map((one) => one?.kill()));
  }
  if (interrupted) throw new CommandError('interrupted', 130, 'INTERRUPTED');
  return exam.result();
}

function show(result: ExamResult, wallMs: number, console: Console): void {
  const { task, nodes, seed, checks, requests, answered, latencyMs, messages, lost } = result;
  console.say(`${bold(task)}  ${counted(nodes, 'node')}, seed ${seed}`);
  console.say();
  const times =
    answered === 0 ? '' : `; ${latencyMs.p50} / ${latencyMs.p99} virtual ms at 50 / 99 %`;
  const more = lost === 0 ? '' : `, ${lost.toLocaleString('en')} lost`;
  console.table([
    ['requests', `${counted(answered, 'answer')} to ${requests.toLocaleString('en')}${times}`],
    ['messages', `${counted(messages, 'message')} delivered${more}`],
    ['time', `${(result.virtualMs / 1000).toFixed(1)} virtual s in ${milliseconds(wallMs)}`],
    ['trace hash', result.traceHash],
  ]);
  console.say();
  console.table(
    checks.map(({ pass, name, measured }) => [
      pass ? green('pass') : red('FAIL'),
      name,
      measured.toLocaleString('en'),
    ]),
  );
  for (const { pass, name, detail } of checks) {
    if (!pass) console.say(`${red('FAIL')}  ${name}: ${detail ?? ''}`);
  }
}
