import { createServer as createHttpServer } from 'node:http';
import { createServer as createTcpServer, type Server } from 'node:net';
import type { Limits, Listener } from './config.ts';
import { PostRequest } from './http/post.ts';

const backlog = 4096;
const maxHeaderBytes = 16 * 1024;
const keepAliveMillis = 75_000;

/** What accepts connections for a listener's front ends; it does not listen yet. */
export function createListener({ transports }: Listener, limits: Limits): Server {
  if (transports.includes('tcp')) return createTcpServer({ noDelay: true, keepAlive: true });
  const { handshakeMillis, frameMillis } = limits;
  return createHttpServer({
    IncomingMessage: PostRequest,
    noDelay: true,
    keepAlive: true,
    keepAliveTimeout: keepAliveMillis,
    headersTimeout: handshakeMillis,
    requestTimeout: Math.max(frameMillis, handshakeMillis),
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: maxHeaderBytes,
  });
}

/** Resolves when connections are accepted. `shared`: other threads accept on the same port. */
export function listen(server: Server, { address }: Listener, shared: boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ ...address, backlog, reusePort: shared }, resolve);
  });
}
