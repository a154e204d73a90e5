import { createServer, type RequestListener } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import { LegacySessions } from '../../conformance/legacy.ts';
import { modernHandler } from '../../conformance/modern.ts';
import { listen } from './desk.ts';

/** The conformance fixture's server of one era alone. */
export async function startServerOf(era: 'legacy' | 'modern'): Promise<{ url: string; close(): Promise<void> }> {
  const server = era === 'legacy' ? new LegacySessions(false) : modernHandler(false);
  const fetch = (request: Request): Promise<Response> => server.fetch(request);
  // Its types leave no room for the `undefined` of Node's own.
  const http = createServer(toNodeHandler({ fetch }) as unknown as RequestListener);
  return {
    url: `http://127.0.0.1:${await listen(http)}/mcp`,
    close: async () => {
      http.close();
      http.closeAllConnections();
      await server.close();
    },
  };
}
