import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Address } from './address.ts';
import { originFault } from './origin.ts';
import { listenError } from './ports.ts';

/** May reject: the client gets 500, and the gateway goes on. */
export type Answerer = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A port of its own for whoever runs the gateway. Lives in main, so that it answers whatever the workers do. */
export class ControlServer {
  readonly address: Address;
  readonly #server: Server;

  private constructor(server: Server, address: Address) {
    this.#server = server;
    this.address = address;
  }

  /** Throws MCPB_E_PORT_IN_USE or MCPB_E_LISTEN. */
  static async listen(address: Address, answer: Answerer): Promise<ControlServer> {
    const server = createServer((request, response) => {
      if (originFault(request, address.host) !== undefined) response.writeHead(403).end();
      else answer(request, response).catch((error: Error) => fail(response, error));
    });
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(listenError(address, error)));
      server.listen({ ...address, exclusive: true }, resolve);
    });
    const bound = server.address();
    const port = bound !== null && typeof bound === 'object' ? bound.port : address.port;
    return new ControlServer(server, { host: address.host, port });
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

function fail(response: ServerResponse, { message }: Error): void {
  if (response.headersSent) response.destroy();
  else response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' }).end(`${message}\n`);
}
