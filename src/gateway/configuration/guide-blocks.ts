import { z } from 'zod';
import { didYouMean } from '../../config/suggest.ts';
import { count, field, text, textBy } from '../../config/values.ts';
import { McpbError } from '../../errors.ts';
import { metricNames } from '../metrics.ts';
import { curves, suites } from '../tls-suites.ts';
import { key, millis, size, whole, yes } from './values.ts';

/*
 * The blocks of the performance guide, with the keys that it prints and those of the gateway's own beside them.
 */

export const server = z
  .strictObject({
    connection_pool: z
      .strictObject({
        max_connections: whole('clients connected at once; more are refused (503)', 50_000),
        idle_timeout: millis('a WebSocket or TCP connection without a message for so long is closed; never without it'),
        keepalive_interval: millis('a connection silent for so long is asked for a sign of life', '60s'),
        buffer_size: size('no effect: the system sizes the buffers of sockets'),
        backlog: whole('connections the system holds until they are accepted, on each port', 4096),
      })
      .optional(),
    websocket: z
      .strictObject({
        compression: yes('only `false` in this version: messages are not compressed', false),
        read_buffer_size: size('no effect: the system sizes the buffers of sockets'),
        write_buffer_size: size('no effect: the system sizes the buffers of sockets'),
        max_message_size: size('largest message on WebSocket (close 1009)', '1MB'),
      })
      .optional(),
    binary: z
      .strictObject({
        buffer_pool_size: whole('no effect: there is no pool of buffers'),
        max_message_size: size('largest message on TCP', '1MB'),
        tcp_nodelay: yes('TCP_NODELAY on the TCP port', true),
      })
      .optional(),
  })
  .optional();

export const runtime = z
  .strictObject({
    gomaxprocs: whole('most worker threads, whatever `worker_threads` says'),
    gogc: whole('no effect: V8 has no such target'),
  })
  .optional();

export const memory = z
  .strictObject({
    heap_size_hint: size('no effect: V8 grows its heap as it is needed'),
    gc_target_percent: whole('no effect: V8 has no such target'),
    max_heap_size: size('heap of all worker threads together; a worker that needs more than its share ends'),
  })
  .optional();

export const performance = z
  .strictObject({
    max_connections: whole('as `server.connection_pool.max_connections`'),
    connection_timeout: millis('until a connection can be used: a client’s from accept on, and one to the backend'),
    keepalive_timeout: millis('an HTTP connection is kept open between requests', '75s'),
    worker_threads: whole('threads that share the ports; not more than there are cores', 1),
    io_threads: key(
      field({
        read: (given) => (Number(count.read(given)) <= 1024 ? count.read(given) : undefined),
        what: 'a whole number from 1 to 1024',
      }),
      'threads of libuv: files, DNS, key derivation; 4 without it',
    ),
    request_queue_size: whole('requests that may wait for a connection to the backend, in each worker', 10_000),
    queue_size: whole('as `request_queue_size`'),
    batch_processing: yes('as `batching.enabled`'),
    batch_size: whole('as `batching.max_batch_size`'),
    batch_timeout: millis('as `batching.batch_timeout`'),
    buffer_size: size('no effect: the system sizes the buffers of sockets'),
    gc_target: whole('no effect: V8 has no such target'),
    max_heap: size('as `memory.max_heap_size`'),
    tcp_nodelay: yes('TCP_NODELAY on all ports', true),
    compression: yes('as `server.websocket.compression`'),
    read_timeout: millis('to receive the rest of a message whose beginning has come', '30s'),
    write_timeout: millis('a client that does not take what it is sent for so long is cut', '30s'),
  })
  .optional();

export const connection = z
  .strictObject({
    pool_size: whole('connections to the backend, in each worker', 256),
    max_idle_time: millis('an unused connection to the backend is kept; its `Keep-Alive` wins', '4s'),
    keepalive: yes('a connection to the backend serves more than one request', true),
    tcp_nodelay: yes('TCP_NODELAY towards the backend', true),
    connect_timeout: millis('to connect to the backend', '5s'),
    max_reply_size: size('largest reply of the backend', '16MB'),
  })
  .optional();

const router = 'no effect in this version: it starts no MCP servers';

export const processManagement = z
  .strictObject({
    max_servers: whole(router),
    server_pool_size: whole(router),
    restart_threshold: whole(router),
    memory_limit: size(router),
    cpu_limit: z.union([z.string(), z.number()]).optional().describe(router),
  })
  .optional();

const gathering = 'no effect in this version: messages for the backend are not gathered';

export const batching = z
  .strictObject({
    enabled: yes(gathering),
    max_batch_size: whole(gathering),
    batch_timeout: millis(gathering),
    adaptive_batching: yes(gathering),
  })
  .optional();

const resumed = 'sessions of TLS 1.2 clients without tickets that are remembered, in each worker';

export const tls = z
  .strictObject({
    cert: key(text, 'file with the certificate and those that signed it (PEM); all ports of clients are then over TLS'),
    key: key(text, 'file with its private key (PEM)', 'as `cert`'),
    client_ca: key(text, 'file with the authority (PEM) whose certificate every client must show'),
    min_version: key(
      z
        .union([z.number(), z.string()])
        .transform(String)
        .refine((version) => version === '1.2' || version === '1.3', 'expected 1.2 or 1.3'),
      'oldest version of TLS',
      1.2,
    ),
    session_cache_size: whole(resumed, 10_000),
    session_timeout: millis('a session may be resumed for so long', '300s'),
    cipher_suites: key(
      z.array(z.enum(suites)).min(1),
      'by their IANA names, best first; of a version without any named all',
    ),
    curves: key(z.array(z.enum(curves)).min(1), 'groups for the key exchange, best first; all without it'),
  })
  .optional();

const inMemory = 'no effect in this version: sessions are kept in memory';

export const redis = z
  .strictObject({
    cluster: z.strictObject({ enabled: yes(inMemory), nodes: whole(inMemory), replicas: whole(inMemory) }).optional(),
    memory: size(inMemory),
    persistence: yes(inMemory),
    backup_schedule: z.string().optional().describe(inMemory),
  })
  .optional();

export const metrics = z
  .record(z.string(), z.array(textBy(metricName)))
  .optional()
  .describe('names of the metrics to show, in lists of any name; all without it');

function metricName(name: string): string {
  if (metricNames.has(name)) return name;
  throw new McpbError('MCPB_E_CONFIG', `there is no metric "${name}"${didYouMean(name, metricNames)}`);
}
