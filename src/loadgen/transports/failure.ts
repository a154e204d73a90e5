import type { OpenFailure } from '../transport.ts';

/** Errors that lie with this machine, not with the target. */
const local = new Set(['EMFILE', 'ENFILE', 'EADDRNOTAVAIL', 'EADDRINUSE', 'ENOBUFS', 'ENOMEM']);

/** A connection that ended before it was usable. `during` completes "closed during …". */
export function connectFailure(error: NodeJS.ErrnoException | undefined, during: string): OpenFailure {
  if (error === undefined) return { reason: 'closed', message: `the target closed the connection during ${during}` };
  const code = error.code ?? error.name;
  const reason = local.has(code) ? 'local' : code === 'ETIMEDOUT' ? 'timeout' : 'refused';
  return { reason, message: error.message, code };
}
