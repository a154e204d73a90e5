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
    fileDescriptors: 5040,
    portsPerAddress: 5000,
    newConnectionPerIteration: true,
    memoryBytes: 5000 * 15 * 1024 + 4 * histogram,
  });
});

test('parallel scenarios add up; open HTTP may open more on demand', () => {
  expect(requirementsOf(plan({ scenario: 'smoke', overrides: { maxConnections: '100' } }))).toMatchObject({
    seconds: 7,
    connections: 60,
    connectionsAtMost: 20 + 20 + 100,
    newConnectionPerIteration: false,
    memoryBytes: 60 * 15 * 1024 + 3 * histogram,
  });
});

test('source addresses share the ports', () => {
  const made = plan({ scenario: 'ws-10k', overrides: { localAddresses: ['127.0.0.2-127.0.0.4'] } });
  expect(requirementsOf(made).portsPerAddress).toBe(3334);
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
