/**
 * What a client of the HTTP service is told when something is not done: one status, and
 * {error: {code, message}} in one line. What went wrong in the ring has a status by its code.
 */
import { DhtError } from '../ring.ts';

export type FailureStatus =
  | 400
  | 401
  | 403
  | 404
  | 411
  | 412
  | 413
  | 416
  | 429
  | 500
  | 501
  | 503
  | 504
  | 507;

export class ServiceError extends Error {
  override name = 'ServiceError';
  readonly status: FailureStatus;
  readonly code: string;

  constructor(status: FailureStatus, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** By code of a DhtError; all others are 503: come again. */
const STATUSES: Readonly<Record<string, FailureStatus>> = {
  TOO_LARGE: 413,
  NOT_PERMITTED: 403,
  STORE_FAILED: 507,
  NOT_SUPPORTED: 501,
  OUTCOME_UNKNOWN: 504,
  TIMEOUT: 504,
};

/** Any error as one that may be told; what we did not expect is told as no more than that. */
export function failureOf(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (error instanceof DhtError) {
    return new ServiceError(STATUSES[error.code] ?? 503, error.code, error.message);
  }
  if (error instanceof RangeError || error instanceof TypeError) {
    return new ServiceError(400, 'BAD_REQUEST', error.message);
  }
  return new ServiceError(500, 'FAILED', 'the service failed; its member says why');
}
