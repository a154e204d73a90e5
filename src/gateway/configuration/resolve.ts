import type { AuthOptions } from '../auth-options.ts';
import type { GatewayOptions } from '../config.ts';
import type { ConfigurationFile } from './schema.ts';

/** What a file says, in the gateway's own terms; of keys that say the same the specific one. */
export function optionsOf(file: ConfigurationFile, cores: number): GatewayOptions {
  const { listen = {}, performance = {}, memory = {} } = file;
  return {
    ...listen,
    backend: file.backend,
    ...authOf(file.auth),
    logLevel: file.log_level,
    workers: workersOf(file, cores),
    heap: memory.max_heap_size ?? performance.max_heap,
    ioThreads: performance.io_threads,
    metrics: file.metrics && [...new Set(Object.values(file.metrics).flat())],
    limits: limitsOf(file),
    sockets: socketsOf(file),
    upstream: upstreamOf(file),
  };
}

/** Threads beyond the cores would only take turns. Undefined when the file does not say. */
export function workersOf({ performance, runtime }: ConfigurationFile, cores: number): number | undefined {
  const wanted = performance?.worker_threads;
  return wanted && Math.min(wanted, cores, runtime?.gomaxprocs ?? wanted);
}

function authOf(auth: ConfigurationFile['auth']): AuthOptions {
  if (auth === undefined) return {};
  if (auth === 'none') return { auth };
  return 'bearer' in auth ? { auth: 'bearer', token: auth.bearer } : { auth: 'jwt', jwt: auth.jwt };
}

function limitsOf({ limits = {}, performance = {}, server = {} }: ConfigurationFile): GatewayOptions['limits'] {
  const { connection_pool: pool, websocket, binary } = server;
  return {
    message: websocket?.max_message_size,
    tcpMessage: binary?.max_message_size,
    head: limits.max_head_size,
    body: limits.max_body_size,
    inFlight: limits.max_in_flight,
    unsentPause: limits.pause_unsent,
    unsentCut: limits.max_unsent,
    slowMillis: performance.write_timeout,
    connections: pool?.max_connections ?? performance.max_connections,
    sessions: limits.max_sessions,
    sessionsPerSubject: limits.max_sessions_per_subject,
    sessionless: limits.max_subjects,
    sessionIdleMillis: limits.session_timeout,
    handshakeMillis: limits.handshake_timeout ?? performance.connection_timeout,
    frameMillis: performance.read_timeout,
    keepAliveMillis: performance.keepalive_timeout,
    idleMillis: pool?.keepalive_interval,
    unusedMillis: pool?.idle_timeout,
    eventSilenceMillis: limits.event_silence,
    requestMillis: limits.request_timeout,
    drainMillis: limits.drain_timeout,
  };
}

function socketsOf({ performance = {}, server = {} }: ConfigurationFile): GatewayOptions['sockets'] {
  return {
    webNoDelay: performance.tcp_nodelay,
    tcpNoDelay: server.binary?.tcp_nodelay ?? performance.tcp_nodelay,
    backlog: server.connection_pool?.backlog,
  };
}

function upstreamOf({ performance = {}, connection = {} }: ConfigurationFile): GatewayOptions['upstream'] {
  return {
    connections: connection.pool_size,
    waiting: performance.request_queue_size ?? performance.queue_size,
    connectMillis: connection.connect_timeout ?? performance.connection_timeout,
    idleMillis: connection.max_idle_time,
    keepAlive: connection.keepalive,
    noDelay: connection.tcp_nodelay,
    maxReply: connection.max_reply_size,
  };
}
