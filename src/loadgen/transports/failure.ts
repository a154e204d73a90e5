import { failureKind } from '../../results/failures.ts';
import type { OpenFailure } from '../transport.ts';

/** Errors that lie with this machine, not with the target. */
const local = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'EADDRINUSE', 'ENOBUFS', 'ENOMEM', 'EACCES', 'EPERM']);
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
  if (local.has(code)) return 'local';
  if (gone.has(code)) return 'closed';
  if (code === 'ETIMEDOUT') return 'timeout';
  return failureKind(code).error === 'MCPB_E_TLS' ? 'tls' : 'refused';
}

/** OpenSSL's errors say it in `reason`; Node adds advice behind a semicolon that is not ours. */
function sentenceOf(error: NodeJS.ErrnoException): string {
  const { reason } = error as { reason?: unknown };
  return typeof reason === 'string' ? reason : error.message.split(';')[0];
}

/** What a failure is counted under: the system's code where there is one. */
export function failureCode({ code, status, reason }: OpenFailure): string {
  if (code !== undefined) return code;
  return status === undefined ? reason.toUpperCase() : `HTTP_${status}`;
}
