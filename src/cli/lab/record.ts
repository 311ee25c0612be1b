/**
 * `ringlight lab record`: a world of the lab, run from its seed with acts at their times, and written
 * down as the page would have seen it. The same configuration and acts give the same file.
 */
import { readFileSync } from 'node:fs';
import { fileReason } from '../../files.ts';
import type { Recorded, SceneConfig, TimedAct } from '../../scene.ts';
import { bold, CommandError, type Console, counted } from '../console.ts';
import { WrittenFile } from '../written-file.ts';

export interface RecordOptions {
  config?: string;
  acts?: string;
  overlay?: SceneConfig['overlay'];
  nodes?: number;
  seed?: number;
  until: number;
}

export async function recordRun(
  file: string,
  options: RecordOptions,
  console: Console,
): Promise<void> {
  const { checkActs, checkSceneConfig, recordSimulation } = await import('../../scene.ts');
  const { overlay, nodes, seed, until } = options;
  const config = checkSceneConfig({
    ...(options.config === undefined ? {} : (jsonOf(options.config) as object)),
    ...(overlay && { overlay }),
    ...(nodes !== undefined && { nodes }),
    ...(seed !== undefined && { seed }),
  });
  const acts: TimedAct[] = options.acts === undefined ? [] : checkActs(jsonOf(options.acts));
  const out = new WrittenFile(file);
  let recorded: Recorded;
  try {
    recorded = recordSimulation(config, acts, until, (line) => out.line(line), {
      progress: (done) => {
        console.progress(`recording … ${Math.floor(done * 100)} %`);
        return true;
      },
    });
  } finally {
    out.close();
  }
  console.progress('');
  tell(file, config, recorded, console);
}

function tell(file: string, config: SceneConfig, recorded: Recorded, console: Console): void {
  const { endMs, length, isFull, traceHash } = recorded;
  console.emit('recorded', { file, config, endMs, bytes: length, isFull, traceHash });
  const world = `${counted(config.nodes, 'node')} (${config.overlay}, seed ${config.seed})`;
  const size = `${(length / 2 ** 20).toFixed(1)} MiB`;
  console.say(`Recorded ${world} for ${(endMs / 1000).toFixed(1)} s: ${bold(file)}, ${size}.`);
  if (isFull) console.say('It ends there because a recording is not larger than that.');
  console.say(`Play it:  npx ringlight studio --recording ${file}`);
}

function jsonOf(file: string): unknown {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandError(`cannot read ${file}: ${fileReason(error)}`, 2, 'READ');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new CommandError(`${file} is no JSON`, 2, 'READ');
  }
}
