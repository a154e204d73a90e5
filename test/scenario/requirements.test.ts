import { expect, test } from 'vitest';
import { describePlan } from '../../src/scenario/describe.ts';
import { requirementsOf } from '../../src/scenario/requirements.ts';
import { plan, planText } from './planning.ts';

const histogram = 4 * 23 * 1024 * (8 + 8);

test('connections, descriptors, ports, memory and time of a ramp', () => {
  expect(requirementsOf(plan({ scenario: 'ramp-5k', overrides: { speed: '20' } }))).toEqual({
    seconds: 57,
    connections: 5000,
    connectionsAtMost: 5000,
    fileDescriptors: 5033,
    fileDescriptorsAtMost: 5033,
    gatewayFileDescriptors: 5033,
    portsPerAddress: 5000,
    portsPerAddressAtMost: 5000,
    newConnectionPerIteration: true,
    memoryBytes: 5000 * 15 * 1024 + 4 * histogram,
  });
});

test('parallel scenarios add up; open HTTP may open more on demand', () => {
  expect(requirementsOf(plan({ scenario: 'smoke', overrides: { maxConnections: '100' } }))).toMatchObject({
    seconds: 7,
    connections: 60,
    connectionsAtMost: 20 + 20 + 100,
    fileDescriptors: 60 + 38,
    fileDescriptorsAtMost: 140 + 38,
    newConnectionPerIteration: false,
    memoryBytes: 60 * 15 * 1024 + 3 * histogram,
  });
});

test('source addresses share the ports', () => {
  const made = plan({ scenario: 'ws-10k', overrides: { localAddresses: ['127.0.0.2-127.0.0.4'] } });
  expect(requirementsOf(made).portsPerAddress).toBe(3334);
});

const one = (target: string, more = '') => `{ target: '${target}', vus: 10${more}, steps: [{ call: ping }] }`;

test.each([
  ['towards each destination', one('ws://a.test:1/'), one('ws://b.test:1/'), 10],
  ['and port', one('ws://a.test:1/'), one('ws://a.test:2/'), 10],
  ['but not transport', one('ws://a.test:1/'), one('http://a.test:1/mcp'), 20],
  [
    'of a chosen address only once',
    one('ws://a.test:1/', ", localAddresses: ['127.0.0.2']"),
    one('ws://b.test:1/', ", localAddresses: ['127.0.0.2', '127.0.0.3']"),
    15,
  ],
  ['none for commands', one('stdio:server'), one('stdio:server'), 0],
])('the same ports serve %s', (_, a, b, ports) => {
  expect(requirementsOf(planText(`scenarios: { a: ${a}, b: ${b} }`)).portsPerAddress).toBe(ports);
});

test('the bundled gateway has one port for HTTP and WebSocket, another for TCP, and needs descriptors of its own', () => {
  const block = (transport: string) => `{ transport: ${transport}, vus: 10, steps: [{ call: ping }] }`;
  const made = planText(`scenarios: { a: ${block('http')}, b: ${block('websocket')}, c: ${block('tcp')} }`);
  expect(requirementsOf(made)).toMatchObject({ portsPerAddress: 20, gatewayFileDescriptors: 30 + 33 });
  expect(requirementsOf(plan({ overrides: { target: 'ws://a.test/' } })).gatewayFileDescriptors).toBe(0);
});

test('HTTP+SSE needs two connections a client, a command three pipes, a worker its event loop and its alarm', () => {
  expect(requirementsOf(plan({ overrides: { target: 'sse+http://a.test/', vus: '10' } }))).toMatchObject({
    connections: 20,
    fileDescriptors: 20 + 33,
    portsPerAddress: 20,
  });
  expect(requirementsOf(plan({ overrides: { target: 'stdio:server', vus: '10' } })).fileDescriptors).toBe(30 + 33);
  expect(requirementsOf(plan({ overrides: { vus: '10', workers: '3' } })).fileDescriptors).toBe(10 + 47);
  const open = { rate: '10', vus: '10', workers: '3' };
  expect(requirementsOf(plan({ overrides: open })).fileDescriptors).toBe(10 + 47 + 3 * 5);
  expect(requirementsOf(plan({ overrides: { ...open, pacing: 'spin' } })).fileDescriptors).toBe(10 + 47);
});

test('users over HTTP may have connections that linger behind their replies, as far as the limit goes', () => {
  const needsOf = (target: string, more = {}) => requirementsOf(plan({ overrides: { target, vus: '10', ...more } }));
  expect(needsOf('http://a.test/')).toMatchObject({ connections: 10, connectionsAtMost: 100 });
  expect(needsOf('sse+http://a.test/')).toMatchObject({ connections: 20, connectionsAtMost: 110 });
  expect(needsOf('sse+http://a.test/', { inFlight: '20' }).connectionsAtMost).toBe(10 * (1 + 20 + 1 + 20));
  expect(needsOf('http://a.test/', { maxConnections: '12' })).toMatchObject({
    connectionsAtMost: 12,
    fileDescriptorsAtMost: 12 + 33,
  });
  expect(needsOf('ws://a.test/')).toMatchObject({ connections: 10, connectionsAtMost: 10 });
});

test('what the process holds already counts, whatever it is', () => {
  const made = plan({ overrides: { target: 'ws://a.test/', vus: '10' } });
  expect(requirementsOf(made, 118).fileDescriptors - requirementsOf(made, 18).fileDescriptors).toBe(100);
});

test('of clients that come and go as many are sure as the rate has under way, and as many as allowed may be', () => {
  const text = `target: ws://a.test/
executor: session-arrival
sessions: { rate: 100, calls: 2, think: 500ms }
duration: 10s
steps: [{ call: ping }]`;
  const needs = requirementsOf(planText(text));
  expect(needs.connections).toBeLessThanOrEqual(101);
  expect(needs).toMatchObject({ connectionsAtMost: 10_000, fileDescriptors: needs.connections + 38 });
});

test('time counts from the start of the first scenario to the end of the last', () => {
  const made = planText(
    'scenarios: { a: { duration: 5s, steps: [{ call: ping }] }, b: { startTime: 20s, duration: 5s, steps: [{ call: ping }] } }',
  );
  expect(requirementsOf(made).seconds).toBe(20 + 3 + 5 + 1);
});

test('a closed run of a number of requests has no known length', () => {
  expect(requirementsOf(plan({ overrides: { requests: '50' } })).seconds).toBeNull();
  expect(requirementsOf(plan({ overrides: { requests: '50', rate: '10' } })).seconds).toBe(5);
});

test('the description names everything that will happen, and no secret', () => {
  const made = plan({ scenario: 'http-400', overrides: { speed: '2' } });
  const text = describePlan(made, requirementsOf(made));
  for (const part of [
    'http-400',
    made.hash,
    'speed 2',
    'bundled/api/tools (http)',
    '400 VUs in 15s',
    'tools/list',
    'error_rate<0.01',
  ])
    expect(text).toContain(part);
  expect(text).not.toContain('test-token');
});
