import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { survey } from '../../src/loadgen/survey.ts';
import type { Call } from '../../src/scenario/operations.ts';
import type { Overrides } from '../../src/scenario/overrides.ts';
import type { Plan } from '../../src/scenario/plan.ts';
import { startSdkServer } from '../router/sdk-server.ts';
import { outcomesOf, planOf, runHere } from '../support/engine.ts';
import { plainOperation } from '../support/operations.ts';
import { startEverything } from '../support/peers.ts';
import { startSdkV2 } from '../support/servers/sdk-v2.ts';

const rounds = 5;

/** Every call in turn, five times over, by two users. */
function inTurn(calls: readonly Call[], overrides: Overrides): Plan {
  const operations = calls.map(plainOperation);
  const steps = operations.map((_, operation) => ({ type: 'call' as const, operation }));
  return planOf({ vus: '2', requests: String(rounds), warmup: '0', ...overrides }, { operations, steps });
}

async function allAsExpected(calls: readonly Call[], overrides: Overrides): Promise<void> {
  const metrics = await runHere(inTurn(calls, overrides));
  expect(outcomesOf(metrics)).toEqual({ ok: rounds * calls.length });
  expect(metrics.correlation).toMatchObject({ outOfOrder: 0, duplicate: 0, unknownId: 0, late: 0 });
  expect(metrics.connections).toMatchObject({ failed: 0, lost: 0 });
}

const everyKind: readonly Call[] = [
  { method: 'tools/list' },
  { method: 'tools/call', name: 'add', arguments: '{"a":1,"b":2}' },
  { method: 'tools/call', name: 'steps', arguments: '{"steps":3}' },
  { method: 'tools/call', name: 'add', arguments: '{"a":"x"}', as: 'wrong arguments', expect: 'tool_error' },
  { method: 'resources/list' },
  { method: 'resources/templates/list' },
  { method: 'resources/read', name: 'note://one' },
  { method: 'prompts/list' },
  { method: 'prompts/get', name: 'hi' },
  { method: 'nonsense/method', expect: 'rpc_error:-32601' },
];

interface Peer {
  readonly url: string;
  close(): Promise<void>;
}

describe.each<[string, () => Promise<Peer>, era: string, more: Overrides, extra: readonly Call[]]>([
  ['1.x, JSON', () => startSdkServer({ json: true }), 'legacy', {}, [{ method: 'ping' }]],
  ['1.x, event streams', () => startSdkServer(), 'legacy', {}, [{ method: 'ping' }]],
  ['2.x, both eras', () => startSdkV2(), 'modern', {}, []],
  ['2.x, event streams', () => startSdkV2({ responseMode: 'sse' }), 'modern', {}, []],
  ['2.x, both eras, legacy wanted', () => startSdkV2(), 'legacy', { era: 'legacy' }, [{ method: 'ping' }]],
  ['2.x, modern only', () => startSdkV2({ legacy: 'reject' }), 'modern', {}, []],
])('the official SDK %s', (_, start, era, more, extra) => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await start();
  });
  afterAll(() => peer.close());

  it(`speaks ${era}`, async () => {
    const [facts] = await survey(planOf({ target: peer.url, ...more }));
    expect(facts).toMatchObject({ era, server: { name: expect.stringMatching(/^sdk/) } });
  });

  it('answers every kind of call as it should', async () => {
    await allAsExpected([...everyKind, ...extra], { target: peer.url, ...more });
  });
});

describe('the official SDK 2.x, modern', () => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await startSdkV2({ legacy: 'reject' }, { odd: true });
  });
  afterAll(() => peer.close());

  it('finds in the headers what it looks for', async () => {
    await allAsExpected(
      [
        { method: 'tools/call', name: 'süd', arguments: '{"region":" süd ","options":{"urgent":true}}' },
        { method: 'tools/call', name: 'süd', arguments: '{"region":"x","options":{"urgent":false}}', as: 'plain' },
      ],
      { target: peer.url },
    );
  });

  it('compares them with the body', async () => {
    const headers = ['Mcp-Name: other'];
    const call: Call = { method: 'tools/call', name: 'add', arguments: '{"a":1,"b":2}', expect: 'rpc_error:-32020' };
    await allAsExpected([call], { target: peer.url, headers });
  });

  it('knows no method of the legacy era, and wants input where nobody gives it', async () => {
    await allAsExpected(
      [
        { method: 'ping', expect: 'rpc_error:-32601' },
        { method: 'logging/setLevel', arguments: '{"level":"info"}', expect: 'rpc_error:-32601' },
        { method: 'resources/subscribe', name: 'note://one', expect: 'rpc_error:-32601' },
        { method: 'tools/call', name: 'ask', expect: 'tool_error' },
      ],
      { target: peer.url },
    );
  });
});

test('the official SDK 1.x: a session that is forgotten is opened again, and deleted at the end', async () => {
  const peer = await startSdkServer();
  try {
    const running = runHere(planOf({ target: peer.url, vus: '1', requests: '200', warmup: '0' }));
    await expect.poll(() => peer.headers.length, { timeout: 10_000, interval: 1 }).toBeGreaterThan(40);
    peer.forget();
    const metrics = await running;
    expect(outcomesOf(metrics)).toEqual({ ok: 199, session_lost: 1 });
    expect(peer.opened).toHaveLength(3);
    await expect.poll(() => peer.deleted.length, { timeout: 10_000 }).toBe(2);
    expect(peer.deleted).toEqual([peer.opened[0], peer.opened[2]]);
  } finally {
    await peer.close();
  }
});

test('the official example server takes every kind of call', async () => {
  const target = await startEverything('streamableHttp');
  const [facts] = await survey(planOf({ target }));
  expect(facts.era).toBe('legacy');
  await allAsExpected(
    [
      { method: 'tools/list' },
      { method: 'tools/call', name: 'echo', arguments: '{"message":"hi"}' },
      { method: 'tools/call', name: 'get-sum', arguments: '{"a":"x"}', expect: 'tool_error' },
      { method: 'resources/list' },
      { method: 'resources/templates/list' },
      { method: 'prompts/list' },
      { method: 'prompts/get', name: 'simple-prompt' },
      { method: 'nonsense/method', expect: 'rpc_error:-32601' },
    ],
    { target },
  );
});
