import { expect, it } from 'vitest';
import type { LiveInterval } from '../../src/metrics/live.ts';
import { barePlan } from '../contracts/executor.ts';
import { startRun } from '../support/runs.ts';
import { serve } from '../support/servers/serve.ts';
import { reply, rpcError } from '../support/servers/server.ts';
import { startTcpServer } from '../support/servers/tcp.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

it('what is never answered is a lower bound, live and in the timeline; no percentile is told by too few', async () => {
  const server = await serve(startTcpServer, {
    answer: (exchange) => {
      if (server.received.length % 3 === 0) exchange.send(reply(exchange.id));
    },
  });
  const intervals: LiveInterval[] = [];
  const plan = barePlan({ target: server.url, rate: '100', requests: '80', vus: '4', timeout: '100ms' });
  const { timeline } = await startRun(plan, (interval) => intervals.push(interval)).result;
  expect(intervals[0].bounds).toEqual({ p50: '>=', max: '>=' });
  expect(Number(intervals[0].p50)).toBeGreaterThanOrEqual(100_000);
  expect(intervals[0].p99).toBeNull();
  expect(timeline.lowerBounds?.p50).toContain(0);
  expect(timeline.lowerBounds?.max).toContain(0);
  expect(timeline.lowerBounds).not.toHaveProperty('p99');
});

it('replies are those of any kind, live and in the timeline as in the totals', async () => {
  const server = await serve(startWebSocketServer, { answer: ({ id, send }) => send(rpcError(id, -32000)) });
  const intervals: LiveInterval[] = [];
  const plan = barePlan({ target: server.url, vus: '2', requests: '60' });
  const { metrics, timeline } = await startRun(plan, (interval) => intervals.push(interval)).result;
  expect(metrics.outcomes.rpc_error).toBe(60);
  const column = timeline.columns.indexOf('completed');
  const all = (counts: readonly (number | null)[]) => counts.reduce<number>((sum, count) => sum + Number(count), 0);
  expect(metrics.requests.completed).toBe(60);
  expect(all(timeline.rows.map((row) => row[column]))).toBe(60);
  expect(all(intervals.map(({ completed }) => completed))).toBe(60);
});
