import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { mcpb } from '../support/cli.ts';
import { scratch } from '../support/scratch.ts';

const load = ['load', '-u', '2', '-d', '60s', '--warmup', '0s', 'ping'];

/** Waits for the first second of load, then signals as often as there are signals, at the given times (ms) after it. */
async function interruptedLoad(signals: readonly { readonly after: number; readonly signal: NodeJS.Signals }[]) {
  const cwd = scratch();
  let live = false;
  const result = await mcpb(load, {
    cwd,
    onStderr: (line, kill) => {
      if (live || !/\b\d+s\/1m/.test(line)) return;
      live = true;
      for (const { after, signal } of signals) setTimeout(() => kill(signal), after);
    },
  });
  const folder = join(cwd, '.mcpb/results');
  return { ...result, stored: readdirSync(folder).map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8'))) };
}

test.each(['SIGINT', 'SIGTERM'] as const)('%s drains, writes the result and exits 105', async (signal) => {
  const { code, stdout, stored } = await interruptedLoad([{ after: 0, signal }]);
  expect(code).toBe(105);
  expect(stdout).toContain('INTERRUPTED');
  expect(stored).toMatchObject([{ verdict: 'interrupted', exitCode: 105 }]);
  expect(stored[0].metrics.requests.completed).toBeGreaterThan(0);
});

test('one Ctrl-C that arrives twice is one', async () => {
  const { code, stored } = await interruptedLoad([
    { after: 0, signal: 'SIGINT' },
    { after: 5, signal: 'SIGINT' },
  ]);
  expect(code).toBe(105);
  expect(stored).toMatchObject([{ verdict: 'interrupted' }]);
});

test('with --json an interrupted run is one document', async () => {
  const cwd = scratch();
  const { code, stdout } = await mcpb([...load, '--json'], {
    cwd,
    onStderr: (line, kill) => {
      if (/\b\d+s\/1m/.test(line)) kill('SIGINT');
    },
  });
  expect(code).toBe(105);
  expect(JSON.parse(stdout)).toMatchObject({ schema: 'mcpb.result/1', verdict: 'interrupted' });
});
