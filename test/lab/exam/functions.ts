/** Programs of an exam as functions of the test's own process, and an exam sat by them. */
import { Exam, type ExamResult } from '../../../src/lab/exam/exam.ts';
import type { ExamOptions } from '../../../src/lab/exam/trial.ts';
import type { Told } from '../../../src/lab/exam/turns.ts';

/** What a program answers: an object, or a line as it is. */
export type Program = (told: Told) => object | string;

/** One function a process; `make` is called for each that begins. */
export function sit(
  options: ExamOptions,
  make: (node: number) => Program,
): { result: ExamResult; exam: Exam; processes: number[] } {
  const exam = new Exam(options);
  const programs = new Map<string, Program>();
  const processes: number[] = [];
  for (let turn = exam.next(); turn !== null; turn = exam.next()) {
    const { node, life } = turn;
    const name = `${node}/${life}`;
    if (!programs.has(name)) processes[node] = life;
    const program = programs.get(name) ?? make(node);
    programs.set(name, program);
    const answer = program(JSON.parse(turn.line));
    exam.answer(typeof answer === 'string' ? answer : JSON.stringify(answer));
  }
  return { result: exam.result(), exam, processes };
}
