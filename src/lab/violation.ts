/** What a run may throw: something came to pass in a world that must never happen there. */

/** Something that must not be has happened. */
export class Violation extends Error {
  override name = 'Violation';
  /** Which check failed, and when, in virtual ms since the start. */
  readonly check: string;
  readonly atMs: number;

  constructor(check: string, atMs: number, detail: string) {
    super(`${check} at ${(atMs / 1000).toFixed(3)} s: ${detail}`);
    this.check = check;
    this.atMs = atMs;
  }
}
