import {
  hostHeaderValidationResponse,
  isLegacyRequest,
  localhostAllowedHostnames,
  localhostAllowedOrigins,
  originValidationResponse,
} from '@modelcontextprotocol/server';
import { serveFetch } from '../support/servers/fetch.ts';
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
  return serveFetch(fetch, async () => {
    await Promise.all([legacy.close(), modern.close()]);
  });
}
