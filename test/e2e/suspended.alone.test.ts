import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RunResult } from '../../src/results/result.ts';
import { mcpb, root } from '../support/cli.ts';
import { scratch } from '../support/scratch.ts';

const stopMillis = 500;

type Signal = (signal: NodeJS.Signals) => void;

const gateway = spawn(
  process.execPath,
  [
    `${root}bin/run.js`,
    'gateway',
    'start',
    '--http',
    '127.0.0.1:0',
    '--tcp',
    '127.0.0.1:0',
    '--admin',
    'off',
    '--json',
  ],
  { cwd: tmpdir(), stdio: ['ignore', 'pipe', 'ignore'] },
);
let address = '';

beforeAll(async () => {
  const [ready] = await once(createInterface(gateway.stdout), 'line');
  address = JSON.parse(ready).addresses.websocket;
});
afterAll(() => void gateway.kill('SIGKILL'));

/** A run of which something is stopped for a while in its second second. */
async function loadStopping(what: 'generator' | 'target', load: readonly string[]) {
  let stopped = 0;
  const stop = (it: Signal): void => {
    if (stopped > 0) return;
    stopped = performance.now();
    it('SIGSTOP');
    setTimeout(() => {
      stopped = performance.now() - stopped;
      it('SIGCONT');
    }, stopMillis);
  };
  const { code, stdout, stderr } = await mcpb(
    ['load', '-t', address, '--warmup', '0s', '-d', '2s', ...load, '--json'],
    {
      cwd: scratch(),
      onStderr: (line, kill) => {
        if (/\b1s\/\d+s/.test(line)) stop(what === 'generator' ? kill : (signal) => gateway.kill(signal));
      },
    },
  );
  return { code, result: JSON.parse(stdout) as RunResult, stderr, stopped };
}

const entryOf = ({ certificate }: RunResult, rule: string) => certificate.find((entry) => entry.rule === rule);

test.each([
  ['open', ['-R', '200', '-u', '4']],
  ['closed', ['-u', '2']],
])('a generator that was stopped spoils its run, and says how: %s', async (model, load) => {
  const { code, result, stderr, stopped } = await loadStopping('generator', load);
  expect(result).toMatchObject({ model, verdict: 'invalid', valid: false });
  expect(code).toBe(5);
  const [reason] = result.invalidReasons;
  expect(reason.code).toBe('suspended');
  expect(reason.message).toMatch(/^the generator was suspended for \d{3} ms at second [12] of the run, limit 200 ms$/);
  expect(reason.value! / 1000).toBeGreaterThan(stopMillis - 100);
  expect(reason.value! / 1000).toBeLessThan(stopped + 100);
  expect(entryOf(result, 'suspended')).toMatchObject({ value: reason.value, limit: 200_000, verdict: 'fail' });
  expect(stderr).toMatch(/! the generator was suspended for \d{3} ms/);
});

test.each([
  ['open', ['-R', '200', '-u', '4']],
  ['closed', ['-u', '2']],
])('a target that was stopped is a result: %s', async (model, load) => {
  const { code, result, stopped } = await loadStopping('target', load);
  expect(result.invalidReasons).toEqual([]);
  expect(result).toMatchObject({ model, valid: true });
  expect(code).toBe(0);
  expect(entryOf(result, 'suspended')).toMatchObject({ verdict: 'pass' });
  expect(result.metrics.responseTime.max! / 1000, 'the stop is in the response times').toBeGreaterThan(
    stopMillis - 100,
  );
  const silence = entryOf(result, 'target_silence')!;
  expect(silence.verdict).toBe('warn');
  expect(silence.value! / 1000).toBeGreaterThan(stopMillis - 100);
  expect(silence.value! / 1000).toBeLessThan(stopped + 100);
  expect(result.warnings.map(({ message }) => message).join()).toContain('the target owed replies and sent none for');
});
