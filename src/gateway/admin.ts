import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Address } from './address.ts';
import { answerProbe, pathOf, sendStatus } from './health.ts';
import { originFault } from './origin.ts';
import { listenError } from './ports.ts';

/** What the admin listener shows. */
export interface AdminView {
  /** Takes work: not draining. */
  ready(): boolean;
  /** Every worker answers. */
  alive(): boolean;
  metrics(): Promise<string>;
}

/** `/metrics`, `/health`, `/ready`, `/livez`. Runs in main, so that it answers whatever the workers do. */
export class AdminServer {
  readonly address: Address;
  readonly #server: Server;

  private constructor(server: Server, address: Address) {
    this.#server = server;
    this.address = address;
  }

  /** Throws MCPB_E_PORT_IN_USE or MCPB_E_LISTEN. */
  static async listen(address: Address, view: AdminView): Promise<AdminServer> {
    const server = createServer((request, response) => void answer(request, response, address, view));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError(address, error)));
      server.listen({ ...address, exclusive: true }, resolve);
    });
    const bound = server.address();
    const port = bound !== null && typeof bound === 'object' ? bound.port : address.port;
    return new AdminServer(server, { host: address.host, port });
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { host }: Address,
  view: AdminView,
): Promise<void> {
  const path = pathOf(request);
  if (originFault(request, host) !== undefined) response.writeHead(403).end();
  else if (path === '/livez') sendStatus(response, view.alive());
  else if (path === '/metrics') {
    const text = await view.metrics();
    response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text);
  } else if (!answerProbe(request, response, view.ready())) response.writeHead(404).end();
}
