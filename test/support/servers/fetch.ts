import { createServer, type RequestListener } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { listen } from './desk.ts';

/** A server of the web's kind, on a free port; `closed` when nothing is connected to it any more. */
export async function serveFetch(
  fetch: (request: Request) => Promise<Response>,
  closed: () => Promise<unknown>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  // Its types leave no room for the `undefined` of Node's own.
  const http = createServer(toNodeHandler({ fetch }) as unknown as RequestListener);
  return {
    url: `http://127.0.0.1:${await listen(http)}/mcp`,
    close: async () => {
      http.close();
      http.closeAllConnections();
      await closed();
    },
  };
}
