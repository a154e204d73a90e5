import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { type Configuration, parseConfiguration } from '../../../src/gateway/configuration/load.ts';
import { fileSchema } from '../../../src/gateway/configuration/schema.ts';

/** Blocks of the performance guide as it prints them. */
const folder = new URL('guide/', import.meta.url);
const blocks = readdirSync(folder).map((name) => ({ name, text: readFileSync(new URL(name, folder), 'utf8') }));
const read = (text: string, cores = 64): Configuration => parseConfiguration(text, 'guide.yaml', { env: {}, cores });
/** The key each notice is about. */
const noticed = (text: string): string[] => read(text).notices.map((notice) => notice.split(' ')[1]);

test('there are nine, one of them with two parts', () => {
  expect(blocks.map(({ name }) => name)).toHaveLength(9);
});

describe('a configuration block of the guide is accepted as printed', () => {
  test.each(blocks)('$name', ({ text }) => {
    expect(() => read(text)).not.toThrow();
  });

  test('all of them in one file', () => {
    const all = blocks.map(({ text }): Record<string, object> => parse(text));
    const performance = Object.assign({}, ...all.map((block) => block.performance ?? {}));
    const { options } = read(stringify({ ...Object.assign({}, ...all), performance }));
    expect(options).toMatchObject({
      workers: 8,
      heap: 8 * 2 ** 30,
      limits: { connections: 50_000, tcpMessage: 2 ** 20, idleMillis: 30_000, keepAliveMillis: 300_000 },
      upstream: { connections: 50, waiting: 10_000, idleMillis: 300_000, connectMillis: 30_000 },
    });
  });
});

test('what a block says without effect is said, and nothing else', () => {
  const [batching, pool, cpu, memory, metrics, processes, production, redis, tls] = [
    'batching',
    'connection-pool',
    'cpu',
    'memory',
    'metrics',
    'process-management',
    'production',
    'redis',
    'tls',
  ].map((name) => noticed(readFileSync(new URL(`${name}.yaml`, folder), 'utf8')));
  expect({ batching, metrics, processes, redis, tls }).toEqual({
    batching: ['batching'],
    metrics: [],
    processes: ['process_management'],
    redis: ['redis'],
    tls: ['tls'],
  });
  expect(pool).toEqual([
    'server.connection_pool.buffer_size',
    'server.websocket.read_buffer_size',
    'server.websocket.write_buffer_size',
    'server.binary.buffer_pool_size',
  ]);
  expect(memory).toEqual(['runtime.gogc', 'memory.heap_size_hint', 'memory.gc_target_percent']);
  expect(cpu).toEqual(['performance.batch_processing', 'performance.batch_size', 'performance.batch_timeout']);
  expect(production).toEqual(['performance.batch_size', 'performance.buffer_size', 'performance.gc_target']);
});

test('every key of the schema that a block of the guide prints is there under its name', () => {
  const all = Object.assign({}, ...blocks.map(({ text }) => parse(text)));
  expect(Object.keys(all).filter((key) => !(key in fileSchema.shape))).toEqual([]);
});
