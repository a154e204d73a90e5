import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { expect, it } from 'vitest';
import { collectGarbage } from '../../src/loadgen/garbage.ts';

it('gives the memory of what is no longer used back to the system', () => {
  collectGarbage();
  const before = process.memoryUsage();
  let kept: object[] | undefined = Array.from({ length: 400_000 }, (_, i) => ({ i, text: `${i}` }));
  const filled = process.memoryUsage();
  expect(filled.heapUsed - before.heapUsed).toBeGreaterThan(10e6);
  expect(kept.length).toBe(400_000);
  kept = undefined;
  collectGarbage();
  const after = process.memoryUsage();
  expect(after.heapUsed - before.heapUsed).toBeLessThan(2e6);
  expect(after.heapTotal).toBeLessThan(filled.heapTotal - 10e6);
});

it('can be asked for by several threads at once', async () => {
  const module = new URL('../../src/loadgen/garbage.ts', import.meta.url).href;
  const source = `import(${JSON.stringify(module)}).then(({ collectGarbage }) => { for (let i = 0; i < 15; i++) collectGarbage(); });`;
  const threads = Array.from({ length: 3 }, () => new Worker(source, { eval: true }));
  const codes = await Promise.all(threads.map(async (thread) => (await once(thread, 'exit'))[0]));
  expect(codes).toEqual([0, 0, 0]);
});
