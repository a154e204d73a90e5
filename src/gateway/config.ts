import { McpbError } from '../errors.ts';
import { type BackendOptions, parseBackend } from '../router/backend.ts';
import { defaultUpstream, type UpstreamOptions } from '../router/upstream-options.ts';
import type { Transport } from '../wire/mcp.ts';
import { type Address, isLoopback, parseAddress } from './address.ts';
import { type Auth, type AuthOptions, authOf } from './auth-options.ts';
import type { TlsConfig } from './tls.ts';

/** As the flags of `gateway start` are written; everything has a default. */
export interface GatewayOptions extends AuthOptions {
  readonly http?: string | undefined;
  /** Default: the HTTP address, or 127.0.0.1:8443 when HTTP is off. */
  readonly ws?: string | undefined;
  readonly tcp?: string | undefined;
  /** One client on standard input and output. What is not named by itself is off then, ports and admin. */
  readonly stdio?: boolean | undefined;
  readonly admin?: string | undefined;
  readonly profiling?: string | undefined;
  readonly backend?: string | undefined;
  /** Everybody who reaches a port is let in. */
  readonly insecureNoAuth?: boolean | undefined;
  readonly workers?: number | undefined;
  readonly logLevel?: LogLevel | undefined;
  readonly limits?: Wanted<Limits> | undefined;
  readonly sockets?: Wanted<SocketOptions> | undefined;
  readonly upstream?: Wanted<UpstreamOptions> | undefined;
  /** Bytes of heap for all workers together. Default: what V8 takes. */
  readonly heap?: number | undefined;
  /** Every port of clients is over TLS. */
  readonly tls?: TlsConfig | undefined;
  /** UV_THREADPOOL_SIZE, which only the start of a process sets. */
  readonly ioThreads?: number | undefined;
  /** Names of the metrics to show. Default: all. */
  readonly metrics?: readonly string[] | undefined;
}

/** Some of them; the others have their defaults. */
type Wanted<T> = { readonly [K in keyof T]?: T[K] | undefined };

export type LogLevel = 'error' | 'warn' | 'info' | 'debug' | 'silent';

/** Complete and structured-cloneable: every worker gets a copy. */
export interface GatewayConfig {
  readonly listeners: readonly Listener[];
  readonly stdio: boolean;
  readonly admin: Address | undefined;
  readonly profiling: Address | undefined;
  readonly backend: BackendOptions;
  readonly auth: Auth;
  readonly workers: number;
  readonly logLevel: LogLevel;
  readonly limits: Limits;
  readonly sockets: SocketOptions;
  readonly upstream: UpstreamOptions;
  readonly heap: number | undefined;
  readonly ioThreads: number | undefined;
  readonly tls: TlsConfig | undefined;
  readonly metrics: readonly string[] | undefined;
}

/** What is spoken on ports. */
export type ListeningTransport = Exclude<Transport, 'stdio'>;

/** One port and the front ends behind it: HTTP and WebSocket may share one. */
export interface Listener {
  readonly address: Address;
  readonly transports: readonly ListeningTransport[];
}

/** How clients' connections are made. */
export interface SocketOptions {
  /** TCP_NODELAY on the ports of HTTP and WebSocket, and on that of TCP. */
  readonly webNoDelay: boolean;
  readonly tcpNoDelay: boolean;
  /** Connections that the system may hold until they are accepted, on each port and in each worker. */
  readonly backlog: number;
}

const defaultSockets: SocketOptions = { webNoDelay: true, tcpNoDelay: true, backlog: 4096 };

/** Sizes in bytes, times in ms. Connections and sessions are counted for the whole gateway. */
export interface Limits {
  /** One WebSocket message. */
  readonly message: number;
  /** One message on TCP. */
  readonly tcpMessage: number;
  /** The head of an HTTP request. */
  readonly head: number;
  /** One HTTP request body. */
  readonly body: number;
  /** Requests in flight on one connection, or in one HTTP session. */
  readonly inFlight: number;
  /** Unsent bytes at which a client is no longer read, and at which it is cut. */
  readonly unsentPause: number;
  readonly unsentCut: number;
  /** A client that has not drained for so long is cut. */
  readonly slowMillis: number;
  readonly connections: number;
  readonly sessions: number;
  /** Of one subject, where tokens tell subjects apart. */
  readonly sessionsPerSubject: number;
  /** Subjects without a session that are remembered, in each worker. */
  readonly sessionless: number;
  readonly sessionIdleMillis: number;
  /** From accept to a usable connection. */
  readonly handshakeMillis: number;
  /** To receive the rest of a frame or a body. */
  readonly frameMillis: number;
  /** An HTTP connection is kept open between requests. */
  readonly keepAliveMillis: number;
  /** A stream of events says something so often, and a reply that takes longer becomes one. */
  readonly eventSilenceMillis: number;
  /** A TCP connection silent for so long gets a health check. */
  readonly idleMillis: number;
  /** A WebSocket or TCP connection without a message for so long, and nothing under way, is closed. */
  readonly unusedMillis: number;
  readonly requestMillis: number;
  readonly drainMillis: number;
}

export const defaultLimits: Limits = {
  message: 1024 * 1024,
  tcpMessage: 1024 * 1024,
  head: 16 * 1024,
  body: 4 * 1024 * 1024,
  inFlight: 100,
  unsentPause: 256 * 1024,
  unsentCut: 8 * 1024 * 1024,
  slowMillis: 30_000,
  connections: 50_000,
  sessions: 50_000,
  sessionsPerSubject: 100,
  sessionless: 1_000,
  sessionIdleMillis: 30 * 60_000,
  handshakeMillis: 10_000,
  frameMillis: 30_000,
  keepAliveMillis: 75_000,
  eventSilenceMillis: 15_000,
  idleMillis: 60_000,
  unusedMillis: Number.POSITIVE_INFINITY,
  requestMillis: 60_000,
  drainMillis: 25_000,
};

/** Everybody has the same token, or none. */
const oneSubject = { sessionsPerSubject: Number.POSITIVE_INFINITY };

const defaultWeb = '127.0.0.1:8443';

/** Fills in defaults and checks everything that can be checked before a port is opened. Throws MCPB_E_USAGE. */
export function gatewayConfig(options: GatewayOptions): GatewayConfig {
  const listeners = listenersOf(options);
  const auth = authOf(options);
  if (!options.insecureNoAuth) refuseOpenToAll(listeners, auth);
  const workers = options.workers ?? 1;
  if (!Number.isInteger(workers) || workers < 1 || workers > 256)
    throw new McpbError('MCPB_E_USAGE', `--workers: ${workers} is not a number of workers`, { hint: 'write 1 to 256' });
  return {
    listeners,
    stdio: options.stdio === true,
    admin: parseAddress(options.admin ?? unlessStdio(options, '127.0.0.1:9090'), '--admin'),
    profiling: parseAddress(options.profiling ?? 'off', '--profiling'),
    backend: parseBackend(options.backend ?? 'echo'),
    auth,
    workers,
    logLevel: options.logLevel ?? 'warn',
    limits: filled({ ...defaultLimits, ...(auth.kind !== 'jwt' && oneSubject) }, options.limits),
    sockets: filled(defaultSockets, options.sockets),
    upstream: filled(defaultUpstream, options.upstream),
    heap: options.heap,
    ioThreads: options.ioThreads,
    tls: options.tls,
    metrics: options.metrics,
  };
}

function filled<T extends object>(defaults: T, wanted: Wanted<T> = {}): T {
  const result = { ...defaults };
  for (const key in defaults) result[key] = wanted[key] ?? defaults[key];
  return result;
}

function listenersOf(options: GatewayOptions): Listener[] {
  const httpText = options.http ?? unlessStdio(options, defaultWeb);
  const wsText = options.ws ?? (httpText === 'off' ? unlessStdio(options, defaultWeb) : httpText);
  const http = parseAddress(httpText, '--http');
  const ws = parseAddress(wsText, '--ws');
  const tcp = parseAddress(options.tcp ?? unlessStdio(options, '127.0.0.1:8444'), '--tcp');
  const shared = http !== undefined && ws !== undefined && httpText === wsText;
  const listeners: Listener[] = [];
  if (http) listeners.push({ address: http, transports: shared ? ['http', 'websocket'] : ['http'] });
  if (ws && !shared) listeners.push({ address: ws, transports: ['websocket'] });
  if (tcp) listeners.push({ address: tcp, transports: ['tcp'] });
  if (listeners.length === 0 && !options.stdio)
    throw new McpbError('MCPB_E_USAGE', 'every front end is off', { hint: 'leave out one of --http, --ws, --tcp' });
  return listeners;
}

/** A default: the client that starts a gateway for itself has no use for ports, which others may have taken. */
function unlessStdio({ stdio }: GatewayOptions, address: string): string {
  return stdio ? 'off' : address;
}

function refuseOpenToAll(listeners: readonly Listener[], auth: Auth): void {
  const open = listeners.find(({ address }) => !isLoopback(address.host));
  if (auth.kind === 'none' && open !== undefined)
    throw new McpbError('MCPB_E_USAGE', `${open.address.host} is reachable from outside and --auth is none`, {
      hint: 'add --token SECRET, listen on 127.0.0.1, or let everybody in with --insecure-no-auth',
    });
}
