/**
 * The studio beside a command that runs nodes: its options, and how it is opened and told. It stands on
 * loopback unless another host is named, and is read-only unless there is a control token.
 */
import { randomBytes } from 'node:crypto';
import { type Command, InvalidArgumentError } from 'commander';
import type { LiveScene, Studio } from '../studio.ts';
import { port } from './arguments.ts';
import { bold, CommandError, type Console, dim } from './console.ts';

/** Where the studio of `up` is looked for; another one when it is taken. */
export const STUDIO_PORT = 8467;
/** Of a token that is drawn. */
const TOKEN_BYTES = 16;

export interface StudioChoice {
  /** A port; true for any free one; false or absent for none. */
  studio?: number | boolean;
  studioHost: string;
  controlToken?: string;
}

/** `auto` draws one. */
export function controlToken(text: string): string {
  if (text === 'auto') return randomBytes(TOKEN_BYTES).toString('base64url');
  if (/^[\w.~+/=-]{8,}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected auto, or 8 letters and digits or more.');
}

/** Options of commands that open a studio only when they are told to. */
export function addStudioOptions(command: Command): Command {
  return addStudioAccess(
    command.option('--studio [port]', 'show it on a page; without a port any free one', port),
  );
}

export function addStudioAccess(command: Command): Command {
  return command
    .option('--studio-host <address>', 'address of the page', '127.0.0.1')
    .option(
      '--control-token <token>',
      'who has it may act on the page; auto draws one',
      controlToken,
    );
}

export interface Shown {
  scenes?: readonly LiveScene[];
  recordings?: ReadonlyMap<string, Uint8Array>;
  /** What the page opens on, behind the #. */
  opens: string;
}

/** Opens the studio and tells where it is. @throws CommandError when it cannot be opened. */
export async function openStudioFor(
  { scenes = [], recordings = new Map(), opens }: Shown,
  choice: StudioChoice,
  console: Console,
): Promise<Studio> {
  const { openStudio, SiteError, StudioError } = await import('../studio.ts');
  const { studio: wanted, studioHost: host, controlToken: token } = choice;
  const common = { host, scenes, recordings, ...(token !== undefined && { controlToken: token }) };
  try {
    const studio = await openStudio({ ...common, port: typeof wanted === 'number' ? wanted : 0 });
    tell(studio, opens, token, console);
    return studio;
  } catch (error) {
    if (error instanceof SiteError || error instanceof StudioError) {
      throw new CommandError(error.message, 2, error.code);
    }
    throw error;
  }
}

/**
 * The studio that nobody asked for: at its usual port, or at any; without pages the command does
 * without it. @throws CommandError when it was asked for and cannot be opened.
 */
export async function openStudioUnasked(
  shown: Shown,
  choice: StudioChoice,
  console: Console,
): Promise<Studio | null> {
  if (choice.studio === false) return null;
  if (typeof choice.studio === 'number') return openStudioFor(shown, choice, console);
  for (const studio of [STUDIO_PORT, 0]) {
    try {
      return await openStudioFor(shown, { ...choice, studio }, console);
    } catch (error) {
      if (!(error instanceof CommandError)) throw error;
      if (error.code === 'SITE_MISSING') {
        console.emit('no-studio', { code: error.code, message: error.message });
        console.say(dim(`No studio: ${error.message}`));
        return null;
      }
      if (error.code !== 'ADDRESS_IN_USE' || studio === 0) throw error;
    }
  }
  return null;
}

function tell(studio: Studio, opens: string, token: string | undefined, console: Console): void {
  const parts = [
    opens,
    ...(token === undefined ? [] : [`token=${encodeURIComponent(token)}`]),
  ].filter(Boolean);
  const url = `${studio.url}/${parts.length > 0 ? `#${parts.join('&')}` : ''}`;
  console.emit('studio', { url, address: studio.url, ...(token !== undefined && { token }) });
  console.say(`Studio: ${bold(url)}`);
  if (token !== undefined) console.say(dim('  Whoever has this address may act on the nodes.'));
  console.say();
}
