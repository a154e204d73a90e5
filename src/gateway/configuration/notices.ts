import type { ConfigDocument, Path } from '../../config/document.ts';
import type { Fault } from '../../config/fault.ts';
import { aliases, valueAt } from './aliases.ts';
import type { ConfigurationFile } from './schema.ts';

const heap = 'V8 has no such target';
const buffers = 'the system sizes the buffers of sockets';

/** Keys that mean something to another runtime, and nothing here. */
export const withoutEffect: Readonly<Record<string, string>> = {
  'runtime.gogc': heap,
  'memory.gc_target_percent': heap,
  'performance.gc_target': heap,
  'memory.heap_size_hint': 'V8 grows its heap as it is needed',
  'server.binary.buffer_pool_size': 'there is no pool of buffers',
  'server.connection_pool.buffer_size': buffers,
  'server.websocket.read_buffer_size': buffers,
  'server.websocket.write_buffer_size': buffers,
  'performance.buffer_size': buffers,
};

const gathering = 'this version does not gather messages for the backend';

/** Keys and whole blocks of what this version does not have. */
export const notYet: Readonly<Record<string, string>> = {
  process_management: 'this version starts no MCP servers',
  batching: gathering,
  'performance.batch_processing': gathering,
  'performance.batch_size': gathering,
  'performance.batch_timeout': gathering,
  redis: 'this version keeps sessions in memory',
};

/** What is only ever off. */
const alwaysOff = ['server.websocket.compression', 'performance.compression'];

/** What a valid file says without consequence, each where it stands. */
export function noticesOn(document: ConfigDocument, file: ConfigurationFile): Fault[] {
  const notices: Fault[] = [];
  const say = (path: Path, message: string): void =>
    void notices.push({ ...document.locate(path, 'key'), message: `${path.join('.')} ${message}` });
  for (const [key, why] of Object.entries({ ...withoutEffect, ...notYet }))
    if (valueAt(file, key.split('.')) !== undefined) say(key.split('.'), `has no effect: ${why}`);
  if (file.tls !== undefined && file.tls.cert === undefined)
    say(['tls'], 'has no effect without cert: nothing is served over TLS');
  for (const key of alwaysOff)
    if (valueAt(file, key.split('.')) === true)
      say(key.split('.'), 'has no effect: this version does not compress messages');
  for (const [general, specific] of aliases) {
    const [one, other] = [general, specific].map((key) => valueAt(file, key.split('.')));
    if (one !== undefined && other !== undefined && one !== other)
      say(general.split('.'), `says otherwise than ${specific}, which wins`);
  }
  return notices;
}
