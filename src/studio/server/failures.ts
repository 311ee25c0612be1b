/** Why a studio cannot be opened. Both are told in one line, and known by their code. */

/** Why the studio cannot be opened: the port is taken, the address is not ours, or it is not permitted. */
export class StudioError extends Error {
  override name = 'StudioError';
  readonly code: 'ADDRESS_IN_USE' | 'ADDRESS_UNAVAILABLE' | 'NOT_PERMITTED';

  constructor(code: StudioError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** Why there are no pages to serve. */
export class SiteError extends Error {
  override name = 'SiteError';
  readonly code = 'SITE_MISSING';
}
