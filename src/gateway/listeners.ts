import { createServer as createHttpServer, type Server as HttpServer } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import type { GatewayConfig, Limits, Listener } from './config.ts';
import { HttpRequest } from './http/reply.ts';

type ListenerConfig = Pick<GatewayConfig, 'limits' | 'sockets'>;

/** What accepts connections for a listener's front ends; it does not listen yet. */
export function createListener({ transports }: Listener, { limits, sockets }: ListenerConfig): Server {
  if (transports.includes('tcp')) return createTcpServer({ noDelay: sockets.tcpNoDelay, keepAlive: true });
  const server = createHttpServer({
    IncomingMessage: HttpRequest,
    noDelay: sockets.webNoDelay,
    keepAlive: true,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: limits.head,
  });
  setTimes(server, limits);
  return server;
}

/** What its connections may take from now on. */
export function setTimes(server: HttpServer, { handshakeMillis, frameMillis, keepAliveMillis }: Limits): void {
  server.headersTimeout = handshakeMillis;
  server.requestTimeout = Math.max(frameMillis, handshakeMillis);
  server.keepAliveTimeout = keepAliveMillis;
}

/** Resolves when connections are accepted. `shared`: other threads accept on the same port. */
export function listen(server: Server, { address }: Listener, backlog: number, shared: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...address, backlog, reusePort: shared }, resolve);
  });
}
