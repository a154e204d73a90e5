import type { HttpConnection } from './http-connection.ts';

/**
 * The connection that was used last, out of a list. Those that the target may be about to close are given up on the way:
 * what is sent on them could be lost.
 */
export function takeIdle(
  idle: HttpConnection[],
  giveUp: (connection: HttpConnection) => void,
): HttpConnection | undefined {
  for (;;) {
    const connection = idle.pop();
    if (connection === undefined || !connection.expired) return connection;
    giveUp(connection);
    connection.destroy();
  }
}
