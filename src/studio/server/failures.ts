/** Why a studio cannot be opened, and why a request of its API fails. All are told in one line, and known by their code. */

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

/** A failure that a client is told. */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: 400 | 401 | 403 | 404 | 409 | 413 | 415 | 429 | 500 | 503;
  readonly code: string;

  constructor(status: ApiError['status'], code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}
