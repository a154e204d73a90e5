import { expect, it } from 'vitest';
import { placementOf } from '../../src/loadgen/placement.ts';
import { barePlan } from '../contracts/executor.ts';
import { startRun } from '../support/runs.ts';
import { serve } from '../support/servers/serve.ts';
import { startTcpServer } from '../support/servers/tcp.ts';

const mask = { netmask: '', mac: '', internal: false, cidr: null };
const interfaces = {
  eth0: [
    { address: '192.0.2.7', family: 'IPv4' as const, ...mask },
    { address: 'fe80::7', family: 'IPv6' as const, scopeid: 2, ...mask },
  ],
};

it.each([
  '127.0.0.1',
  '127.9.9.9',
  '::1',
  '::ffff:127.0.0.1',
  '192.0.2.7',
  '::ffff:192.0.2.7',
  'fe80::7%eth0',
  '0.0.0.0',
])('%s is this machine', (address) => {
  expect(placementOf([{ address }], interfaces)).toBe('loopback');
});

it.each(['192.0.2.8', '128.0.0.1', 'fe80::8%eth0', '2001:db8::1'])('%s is another', (address) => {
  expect(placementOf([{ address }], interfaces)).toBe('remote');
});

it('is this machine where one of several targets is on it, or is a command', () => {
  expect(placementOf([{ address: '192.0.2.8' }, { address: '127.0.0.1' }], interfaces)).toBe('loopback');
  expect(placementOf([{ address: '192.0.2.8' }, {}], interfaces)).toBe('loopback');
});

it('is that of the addresses a run connected to', async () => {
  const server = await serve(startTcpServer);
  const named = server.url.replace('127.0.0.1', '0x7f000001');
  const { environment } = await startRun(barePlan({ target: named, vus: '1', requests: '1' })).result;
  expect(environment.placement).toBe('loopback');
});
