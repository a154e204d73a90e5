import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { RunRecord } from '../../src/loadgen/run-record.ts';
import { Recorder } from '../../src/metrics/recorder.ts';
import { seriesLayout } from '../../src/metrics/series.ts';
import { barePlan } from '../contracts/executor.ts';
import { startEngine } from '../support/engine.ts';
import { serve } from '../support/servers/serve.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Twice: memory of arrays is given back beside the program, and done with only when the next collection begins. */
function collectGarbage(): void {
  collect();
  collect();
}

test('exchanges are kept by what is in flight, not by what there was', async () => {
  const server = await serve(startWebSocketServer);
  const local = startEngine(barePlan({ target: server.url, vus: '4', inFlight: '4', requests: '5000' }));
  await local.done;
  expect(local.engine.table.highWater).toBeLessThanOrEqual(16);
  expect(local.engine.table.capacity).toBe(1024);
});

test('an hour of intervals takes no more than its levels', () => {
  const plan = barePlan({ target: 'ws://127.0.0.1:1/', vus: '1', duration: '1h' });
  const record = new RunRecord(plan, undefined);
  const recorder = new Recorder(seriesLayout(plan));
  const add = (sequence: number): void => {
    recorder.planned(1);
    recorder.ok(1, 0, 1, 2, 1000 + sequence);
    const levels = { vus: 1, connections: 1, inFlight: 1, eventLoopUtilization: 0.5, cpuMicros: 100, cpuWaitMillis: 1 };
    record.add({ ...levels, longestStallAt: 0, sequence, to: 1000 * (sequence + 1), snapshot: recorder.swap() });
  };
  for (let sequence = 0; sequence < 100; sequence++) add(sequence);
  collectGarbage();
  const before = process.memoryUsage();
  for (let sequence = 100; sequence < 700; sequence++) add(sequence);
  collectGarbage();
  const after = process.memoryUsage();
  record.close();
  const grown = after.arrayBuffers - before.arrayBuffers + (after.heapUsed - before.heapUsed);
  expect(record.rows).toHaveLength(700);
  expect(grown / 600, 'bytes a second; one histogram is 188,416').toBeLessThan(50_000);
});
