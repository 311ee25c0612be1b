/** stub */
import type { OpenSource } from './source.ts';
export async function readRecording(_file: File | string): Promise<string> {
  throw new Error('Recordings cannot be played yet.');
}
export function recordingSource(_text: string): OpenSource {
  throw new Error('Recordings cannot be played yet.');
}
