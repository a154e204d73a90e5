import { randomUUID } from 'node:crypto';
import type { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { eventLog } from './event-log.ts';
import { legacyServer } from './legacy-server.ts';

/** Sessions of the eras before 2026-07-28, by the official SDK's 1.x line. */
export class LegacySessions {
  readonly #transports = new Map<string, WebStandardStreamableHTTPServerTransport>();
  readonly #failing: boolean;

  constructor(failing: boolean) {
    this.#failing = failing;
  }

  /** A request without a session may only be `initialize`: the transport refuses all else. */
  async fetch(request: Request): Promise<Response> {
    const id = request.headers.get('mcp-session-id');
    const transport = id === null ? await this.#open() : this.#transports.get(id);
    return transport?.handleRequest(request) ?? new Response('Session not found', { status: 404 });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#transports.values()].map((transport) => transport.close()));
  }

  async #open(): Promise<WebStandardStreamableHTTPServerTransport> {
    const transport = new WebStandardStreamableHTTPServerTransport({
      sessionIdGenerator: randomUUID,
      eventStore: eventLog(),
      retryInterval: 500,
      onsessioninitialized: (id) => void this.#transports.set(id, transport),
      onsessionclosed: (id) => void this.#transports.delete(id),
    });
    // The SDK's own classes disagree under exactOptionalPropertyTypes; what `connect` needs is there.
    await legacyServer(this.#failing).connect(transport as Parameters<Server['connect']>[0]);
    return transport;
  }
}
