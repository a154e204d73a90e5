import type { Transport } from '../../wire/mcp.ts';
import { type Address, formatAddress } from '../address.ts';
import type { Auth } from '../auth-options.ts';
import type { GatewayConfig } from '../config.ts';
import type { TlsConfig } from '../tls.ts';

type Shown = { readonly [key: string]: string | number | boolean | readonly string[] | Shown | undefined };

const secret = '[redacted]';

/** A configuration as a file that would make it, without its secrets. */
export function effective(config: GatewayConfig, backend: string): Shown {
  const { limits, sockets, upstream } = config;
  return {
    listen: listening(config),
    backend: withoutPassword(backend),
    auth: shownAuth(config.auth),
    log_level: config.logLevel,
    limits: {
      max_body_size: size(limits.body),
      max_head_size: size(limits.head),
      max_in_flight: limits.inFlight,
      pause_unsent: size(limits.unsentPause),
      max_unsent: size(limits.unsentCut),
      max_sessions: limits.sessions,
      max_sessions_per_subject: Number.isFinite(limits.sessionsPerSubject) ? limits.sessionsPerSubject : undefined,
      max_subjects: limits.sessionless,
      session_timeout: time(limits.sessionIdleMillis),
      handshake_timeout: time(limits.handshakeMillis),
      event_silence: time(limits.eventSilenceMillis),
      request_timeout: time(limits.requestMillis),
      drain_timeout: time(limits.drainMillis),
    },
    server: {
      connection_pool: {
        max_connections: limits.connections,
        idle_timeout: Number.isFinite(limits.unusedMillis) ? time(limits.unusedMillis) : undefined,
        keepalive_interval: time(limits.idleMillis),
        backlog: sockets.backlog,
      },
      websocket: { max_message_size: size(limits.message) },
      binary: { max_message_size: size(limits.tcpMessage), tcp_nodelay: sockets.tcpNoDelay },
    },
    memory: config.heap && { max_heap_size: size(config.heap) },
    performance: {
      worker_threads: config.workers,
      io_threads: config.ioThreads,
      request_queue_size: upstream.waiting,
      keepalive_timeout: time(limits.keepAliveMillis),
      read_timeout: time(limits.frameMillis),
      write_timeout: time(limits.slowMillis),
      tcp_nodelay: sockets.webNoDelay,
    },
    connection: {
      pool_size: upstream.connections,
      max_idle_time: time(upstream.idleMillis),
      keepalive: upstream.keepAlive,
      tcp_nodelay: upstream.noDelay,
      connect_timeout: time(upstream.connectMillis),
      max_reply_size: size(upstream.maxReply),
    },
    tls: config.tls && shownTls(config.tls),
    metrics: config.metrics && { shown: config.metrics },
  };
}

function listening({ listeners, admin, profiling }: GatewayConfig): Shown {
  const text = (address: Address | undefined): string => (address === undefined ? 'off' : formatAddress(address));
  const at = (transport: Transport): string =>
    text(listeners.find(({ transports }) => transports.some((one) => one === transport))?.address);
  return {
    http: at('http'),
    ws: at('websocket'),
    tcp: at('tcp'),
    admin: text(admin),
    profiling: text(profiling),
  };
}

function shownAuth(auth: Auth): string | Shown {
  switch (auth.kind) {
    case 'none':
      return 'none';
    case 'bearer':
      return { bearer: secret };
    case 'jwt':
      return {
        jwt: { issuer: auth.issuer, audience: auth.audience, ...(auth.jwks ? { jwks: auth.jwks } : { secret }) },
      };
  }
}

function shownTls({ minVersion, suites, curves, cacheSize, sessionMillis, clientCa }: TlsConfig): Shown {
  return {
    cert: secret,
    key: secret,
    client_ca: clientCa && secret,
    min_version: minVersion.slice('TLSv'.length),
    cipher_suites: suites,
    curves,
    session_cache_size: cacheSize,
    session_timeout: time(sessionMillis),
  };
}

/** URLs may carry a password, and tokens in their query. */
function withoutPassword(backend: string): string {
  const url = URL.parse(backend);
  if (url === null || !url.protocol.startsWith('http')) return backend;
  if (url.password !== '') url.password = 'redacted';
  for (const name of url.searchParams.keys()) url.searchParams.set(name, 'redacted');
  return url.href;
}

function size(bytes: number): string | number {
  if (bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20}MB`;
  return bytes % 2 ** 10 === 0 ? `${bytes / 2 ** 10}KB` : bytes;
}

function time(millis: number): string {
  return millis % 1000 === 0 ? `${millis / 1000}s` : `${millis}ms`;
}
