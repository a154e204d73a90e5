import { createServer as createHttpServer, Server as HttpServer } from 'node:http';
import { createServer as createHttpsServer, Server as HttpsServer } from 'node:https';
import { createServer as createTcpServer, type Server } from 'node:net';
import { createServer as createTlsServer, Server as TlsServer } from 'node:tls';
import type { GatewayConfig, Limits, Listener } from './config.ts';
import { HttpRequest } from './http/reply.ts';
import type { Cause } from './metrics/reasons.ts';
import { rememberSessions, type SecureOptions, serverOptions } from './tls.ts';

type ListenerConfig = Pick<GatewayConfig, 'limits' | 'sockets' | 'tls'>;

/** What accepts connections for a listener's front ends; it does not listen yet. `ticketKeys`: see `serverOptions`. */
export function createListener({ transports }: Listener, config: ListenerConfig, ticketKeys: Uint8Array): Server {
  const { limits, tls } = config;
  const secure = tls && { ...serverOptions(tls, ticketKeys), handshakeTimeout: limits.handshakeMillis };
  const server = transports.includes('tcp') ? tcpServer(config, secure) : webServer(config, secure);
  if (tls && server instanceof TlsServer) rememberSessions(server, tls.cacheSize);
  return server;
}

/** The event of a connection that can be used: over TLS, after its handshake. */
export function arrivalEvent(server: Server): 'connection' | 'secureConnection' {
  return server instanceof TlsServer ? 'secureConnection' : 'connection';
}

/** TLS clients that did not get so far. */
export function onFailedHandshake(server: Server, count: (cause: Cause) => void): void {
  server.on('tlsClientError', ({ code }: NodeJS.ErrnoException) =>
    count(code === 'ERR_TLS_HANDSHAKE_TIMEOUT' ? 'handshake_timeout' : 'malformed'),
  );
}

export function isWeb(server: Server): server is HttpServer | HttpsServer {
  return server instanceof HttpServer || server instanceof HttpsServer;
}

function tcpServer({ sockets }: ListenerConfig, secure: SecureOptions | undefined): Server {
  const options = { noDelay: sockets.tcpNoDelay, keepAlive: true };
  return secure ? createTlsServer({ ...options, ...secure }) : createTcpServer(options);
}

function webServer({ limits, sockets }: ListenerConfig, secure: SecureOptions | undefined): Server {
  const options = {
    IncomingMessage: HttpRequest,
    noDelay: sockets.webNoDelay,
    keepAlive: true,
    connectionsCheckingInterval: 1_000,
    maxHeaderSize: limits.head,
  };
  const server = secure ? createHttpsServer({ ...options, ...secure }) : createHttpServer(options);
  setTimes(server, limits);
  return server;
}

/** What its connections may take from now on. */
export function setTimes(
  server: HttpServer | HttpsServer,
  { handshakeMillis, frameMillis, keepAliveMillis }: Limits,
): void {
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
