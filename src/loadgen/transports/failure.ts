import { failureKind } from '../../results/failures.ts';
import type { ResponseHead } from '../../wire/http1.ts';
import { statusDuring } from '../initialize.ts';
import type { OpenFailure } from '../transport.ts';

/** This machine does not allow it. */
const forbidden = new Set(['EACCES', 'EPERM']);
/** The target was there and went away. */
const gone = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE']);

/** A connection that ended before it was usable. `during` completes "closed during …". */
export function connectFailure(error: NodeJS.ErrnoException | undefined, during: string): OpenFailure {
  if (error === undefined) return { reason: 'closed', message: `the target closed the connection during ${during}` };
  const code = error.code ?? error.name;
  return { reason: reasonOf(code), message: sentenceOf(error), code };
}

/** A connection that was not usable within `limit` ms. `during` completes "no answer during …". */
export function connectTimeout(limit: number, during: string): OpenFailure {
  return { reason: 'timeout', message: `connecting timed out: no answer within ${limit} ms during ${during}` };
}

function reasonOf(code: string): OpenFailure['reason'] {
  const { error, exhausted } = failureKind(code);
  if (exhausted || forbidden.has(code)) return 'local';
  if (gone.has(code)) return 'closed';
  if (code === 'ETIMEDOUT') return 'timeout';
  return error === 'MCPB_E_TLS' ? 'tls' : 'refused';
}

/** OpenSSL's errors say it in `reason`; Node adds advice behind a semicolon that is not ours. */
function sentenceOf(error: NodeJS.ErrnoException): string {
  const { reason } = error as { reason?: unknown };
  return typeof reason === 'string' ? reason : error.message.split(';')[0];
}

/** A response of another status than the one that would have made the connection usable. */
export function refusedWith(doing: string, head: ResponseHead, bytes: Buffer): OpenFailure {
  const failure = statusDuring(doing, head.status);
  const words = pointer(head, bytes);
  return words === undefined ? failure : { ...failure, message: `${failure.message}; ${words}` };
}

/** Where a response redirects to, in words. */
export function pointer({ status, locationAt, locationEnd }: ResponseHead, bytes: Buffer): string | undefined {
  if (locationAt === 0 || status < 300 || status > 399) return undefined;
  return `it points to ${bytes.toString('latin1', locationAt, locationEnd).trim()}`;
}

/** What a failure is counted under: the system's code where there is one. */
export function failureCode({ code, status, reason }: OpenFailure): string {
  if (code !== undefined) return code;
  return status === undefined ? reason.toUpperCase() : `HTTP_${status}`;
}
