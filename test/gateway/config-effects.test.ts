import { describe, expect, test } from 'vitest';
import { notYet, withoutEffect } from '../../src/gateway/configuration/notices.ts';
import { documentedKeys } from '../support/configuration-keys.ts';
import { clients } from './config-effects/clients.ts';
import { doors } from './config-effects/doors.ts';
import { processes } from './config-effects/processes.ts';
import { upstreams } from './config-effects/upstreams.ts';

/** Seen in test/gateway/tls.test.ts. */
const ofTls = [
  'cert',
  'key',
  'client_ca',
  'min_version',
  'session_cache_size',
  'session_timeout',
  'cipher_suites',
  'curves',
];

const effects = { ...doors, ...clients, ...upstreams, ...processes };

describe('every key has an effect that can be seen', () => {
  test.each(Object.entries(effects))('%s', { timeout: 15_000 }, (_, effect) => effect());
});

test('or stands in one of two lists of those that have none, and nowhere else', () => {
  const idle = [...Object.keys(withoutEffect), ...Object.keys(notYet)];
  const isIdle = (name: string): boolean => idle.some((key) => key === name || name.startsWith(`${key}.`));
  const seen = documentedKeys()
    .map(({ name }) => name)
    .filter((name) => !isIdle(name));
  expect([...Object.keys(effects), ...ofTls.map((key) => `tls.${key}`)].sort()).toEqual(seen.sort());
});

test('keys whose effect this version does not have', () => {
  expect(Object.keys(notYet).sort()).toEqual([
    'batching',
    'performance.batch_processing',
    'performance.batch_size',
    'performance.batch_timeout',
    'process_management',
    'redis',
  ]);
});
