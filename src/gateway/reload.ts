import { isDeepStrictEqual } from 'node:util';
import { McpbError } from '../errors.ts';
import type { GatewayConfig } from './config.ts';

/** What is made once, by the key that says it. */
const fixed: Readonly<Record<string, (config: GatewayConfig) => unknown>> = {
  listen: ({ listeners, admin, profiling }) => [listeners, admin, profiling],
  backend: ({ backend }) => backend,
  connection: ({ upstream }) => ({ ...upstream, waiting: 0 }),
  'performance.request_queue_size': ({ upstream }) => upstream.waiting,
  'performance.worker_threads': ({ workers }) => workers,
  'performance.io_threads': ({ ioThreads }) => ioThreads,
  'performance.tcp_nodelay': ({ sockets }) => [sockets.webNoDelay, sockets.tcpNoDelay],
  'server.connection_pool.backlog': ({ sockets }) => sockets.backlog,
  'limits.max_sessions': ({ limits }) => limits.sessions,
  'limits.max_head_size': ({ limits }) => limits.head,
  tls: ({ tls }) => tls,
  'memory.max_heap_size': ({ heap }) => heap,
};

/** Throws MCPB_E_CONFIG, naming what a running gateway cannot change. */
export function refuseRestart(running: GatewayConfig, wanted: GatewayConfig): void {
  const changed = Object.keys(fixed).filter((key) => !isDeepStrictEqual(fixed[key](running), fixed[key](wanted)));
  if (changed.length === 0) return;
  throw new McpbError('MCPB_E_CONFIG', `${changed.join(', ')} cannot change while the gateway runs`, {
    hint: 'nothing was changed; start the gateway again',
  });
}
