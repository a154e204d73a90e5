import type { Path } from '../../config/document.ts';

/** Keys that say the same: the second wins where both are written and differ. */
export const aliases: readonly (readonly [general: string, specific: string])[] = [
  ['performance.max_connections', 'server.connection_pool.max_connections'],
  ['performance.queue_size', 'performance.request_queue_size'],
  ['performance.max_heap', 'memory.max_heap_size'],
  ['performance.gc_target', 'memory.gc_target_percent'],
  ['performance.tcp_nodelay', 'server.binary.tcp_nodelay'],
  ['performance.compression', 'server.websocket.compression'],
  ['performance.connection_timeout', 'limits.handshake_timeout'],
  ['performance.connection_timeout', 'connection.connect_timeout'],
  ['performance.batch_processing', 'batching.enabled'],
  ['performance.batch_size', 'batching.max_batch_size'],
  ['performance.batch_timeout', 'batching.batch_timeout'],
];

/** What stands at a path; undefined where nothing does. */
export function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (part, key) => (typeof part === 'object' && part !== null ? Reflect.get(part, key) : undefined),
    value,
  );
}
