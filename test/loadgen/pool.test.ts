import { expect, onTestFinished, test } from 'vitest';
import { WorkerPool } from '../../src/loadgen/pool.ts';
import type { ScenarioPlan } from '../../src/scenario/plan.ts';
import { stubbornServer } from '../support/commands.ts';
import { planOf } from '../support/engine.ts';

/** Two workers with three stubborn commands, all of them up. */
async function running(changes: Partial<ScenarioPlan> = {}) {
  const server = stubbornServer();
  const plan = planOf({ target: server.target, vus: '3', duration: '60s', workers: '2' }, changes);
  const pool = new WorkerPool(plan, { up: () => undefined, interval: () => undefined, stopped: () => undefined });
  onTestFinished(() => pool.terminate());
  await pool.ready;
  expect(server.pids().length, 'leaders and children of the survey and of three users').toBe(8);
  return { server, plan, pool };
}

test('no command outlives a run that is stopped at once', async () => {
  const { server, pool } = await running();
  await pool.terminate();
  await expect.poll(server.living).toEqual([]);
});

test('no command outlives a worker that crashes', async () => {
  const { operations } = planOf({}).scenarios[0];
  const { server, pool } = await running({
    operations: operations.map((operation) => ({ ...operation, checks: [{ name: 'impossible', path: 7 as never }] })),
  });
  pool.start(Number(process.hrtime.bigint()) / 1e6);
  await expect(pool.done).rejects.toThrow('not iterable');
  await pool.terminate();
  await expect.poll(server.living).toEqual([]);
});
