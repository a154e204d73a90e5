import { createServer, type RequestListener } from 'node:http';
import { toNodeHandler } from '@modelcontextprotocol/node';
import {
  hostHeaderValidationResponse,
  isLegacyRequest,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from '@modelcontextprotocol/server';
import { listen } from '../support/servers/desk.ts';
import { LegacySessions } from './legacy.ts';
import { modernHandler } from './modern.ts';

export interface Fixture {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * The server the conformance scenarios are written for. One endpoint serves both eras: each request says by itself which
 * one it belongs to. With `failing` every tool answers `isError`.
 */
export async function startFixture({ failing = false } = {}): Promise<Fixture> {
  const legacy = new LegacySessions(failing);
  const modern = modernHandler(failing);
  const fetch = async (request: Request): Promise<Response> =>
    hostHeaderValidationResponse(request, localhostAllowedHostnames()) ??
    originValidationResponse(request, localhostAllowedOrigins()) ??
    ((await isLegacyRequest(request)) ? legacy.fetch(request) : modern.fetch(request));
  // Its types leave no room for the `undefined` of Node's own.
  const http = createServer(toNodeHandler({ fetch }) as unknown as RequestListener);
  return {
    url: `http://127.0.0.1:${await listen(http)}/mcp`,
    close: async () => {
      http.close();
      http.closeAllConnections();
      await Promise.all([legacy.close(), modern.close()]);
    },
  };
}
