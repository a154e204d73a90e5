import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson, hashOf } from '../../src/scenario/fingerprint.ts';
import type { Overrides } from '../../src/scenario/overrides.ts';
import { shownPlan } from '../../src/scenario/shown-plan.ts';
import { plan, planText } from './planning.ts';

const text =
  'name: n\ntransport: websocket\nvus: 5\nduration: 5s\nsteps: [{ call: tools/call, name: echo, arguments: { m: 1 } }]\n';
const hashOfText = (): string => planText(text).hash;

test('is the sha256 of the canonical resolved scenario', () => {
  const made = planText(text);
  expect(made.hash).toMatch(/^[0-9a-f]{64}$/);
  expect(hashOf(made.resolved)).toBe(made.hash);
  expect(hashOf(JSON.parse(JSON.stringify(made.resolved)))).toBe(made.hash);
});

test.each<[string, Overrides]>([
  ['target', { target: 'ws://elsewhere:9/other' }],
  ['token', { token: 'secret' }],
  ['tags', { tags: ['a=b'] }],
  ['thresholds', { thresholds: ['error_rate<0.5'] }],
])('%s does not count', (_name, overrides) => {
  const bundledAside = { target: 'ws://here:1/' };
  expect(planText(text, { ...bundledAside, ...overrides }).hash).toBe(planText(text, bundledAside).hash);
});

test('the way a file is written does not count', () => {
  const reordered =
    'steps:\n  - name: echo\n    arguments: { "m": 1 }\n    call: tools/call\nduration: 5000ms\nvus: "5"\ntransport: websocket\nname: n\n';
  expect(planText(reordered).hash).toBe(hashOfText());
});

test.each<[string, Overrides]>([
  ['transport', { transport: 'tcp' }],
  ['era', { era: 'modern' }],
  ['vus', { vus: '6' }],
  ['duration', { duration: '6s' }],
  ['rate', { rate: '6' }],
  ['stages', { stages: ['1s:5'] }],
  ['speed', { speed: '2' }],
  ['warm-up', { warmup: '1s' }],
  ['in flight', { inFlight: '2' }],
  ['workers', { workers: '2' }],
  ['time-out', { timeout: '1s' }],
  ['backend', { backend: 'synthetic:delay=5ms' }],
  ['an ordinary header', { headers: ['Accept: x'] }],
])('%s counts', (_name, overrides) => {
  expect(planText(text, overrides).hash).not.toBe(hashOfText());
});

test('the payload counts', () => {
  expect(planText(text.replace('m: 1', 'm: 2')).hash).not.toBe(hashOfText());
});

test('a secret header counts by name, its value nowhere', () => {
  const [a, b] = ['one', 'two'].map((value) => planText(text, { headers: [`X-Api-Key: ${value}`], token: value }));
  expect(a.hash).toBe(b.hash);
  expect(a.hash).not.toBe(hashOfText());
  expect(JSON.stringify(a.resolved)).not.toContain('one');
  expect(JSON.stringify(shownPlan(a))).not.toContain('"one"');
  expect(a.scenarios[0]).toMatchObject({ token: 'one', headers: [['X-Api-Key', 'one']] });
});

test('the same request gives the same hash every time', () => {
  expect(plan({ scenario: 'ramp-5k', overrides: { speed: '20' } }).hash).toBe(
    plan({ scenario: 'ramp-5k', overrides: { speed: '20' } }).hash,
  );
});

test('canonical JSON does not depend on the order of keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const reversed = Object.fromEntries(Object.entries(value).toReversed());
      expect(canonicalJson(reversed)).toBe(canonicalJson(value));
      expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
