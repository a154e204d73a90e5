import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { requirementsOf } from '../../src/scenario/requirements.ts';
import { mcpb } from '../support/cli.ts';
import { planOf } from '../support/engine.ts';
import { scratch } from '../support/scratch.ts';
import { startHttpServer } from '../support/servers/http.ts';
import { serve } from '../support/servers/serve.ts';
import { answerAfter, reply } from '../support/servers/server.ts';
import { startTcpServer } from '../support/servers/tcp.ts';

const openFiles = 200;
const load = ['load', '--transport', 'websocket', '-d', '1s', '--warmup', '0s', 'ping'];

test('more connections than the limit of open files are refused before anything is started', async () => {
  const { code, stderr, stdout } = await mcpb([...load, '-u', '300', '--json'], { cwd: scratch(), openFiles });
  expect(code).toBe(3);
  expect(stderr).toBe('');
  const { error } = JSON.parse(stdout);
  expect(error).toMatchObject({ code: 'MCPB_E_FD_LIMIT', exitCode: 3 });
  expect(error.message).toContain('the load needs 333 open files, a process may have 200');
  expect(error.message).toContain('the bundled gateway needs 333 open files');
  expect(error.hint).toContain('use 167 connections at most');
});

test('as many as it says fit, on both sides', async () => {
  const { code, stdout } = await mcpb([...load, '-u', '167', '--json'], { cwd: scratch(), openFiles });
  const { metrics, generator } = JSON.parse(stdout);
  expect(metrics.connections).toMatchObject({ opened: 167, failed: 0, lost: 0, peak: 167 });
  expect(generator.fdLimit).toBe(openFiles);
  expect(code).not.toBe(3);
});

test.skipIf(process.platform !== 'linux').each([
  ['closed', {}],
  ['open', { rate: '50' }],
] as const)(
  'a run with six workers, %s, gets by with the descriptors it says it needs, and holds not far fewer',
  async (_, load) => {
    let pid = 0;
    let held = 0;
    const look = () => {
      held = Math.max(held, readdirSync(`/proc/${pid}/fd`).length);
    };
    // Whoever waits for a reply holds all it needs.
    const server = await serve(startTcpServer, {
      answer: ({ id, send }) => {
        look();
        send(reply(id));
      },
    });
    const overrides = { target: server.url, vus: '12', workers: '6', duration: '1s', warmup: '0s', ...load };
    const flags = Object.entries(overrides).flatMap(([key, value]) => [`--${key}`, value]);
    const { fileDescriptors } = requirementsOf(planOf(overrides));
    const { stdout } = await mcpb(['load', ...flags, '--json', 'ping'], {
      cwd: scratch(),
      openFiles: fileDescriptors,
      onStart: (started) => {
        pid = started;
      },
    });
    expect(JSON.parse(stdout).metrics.connections).toMatchObject({ opened: 12, failed: 0 });
    expect(held).toBeLessThanOrEqual(fileDescriptors);
    expect(held).toBeGreaterThan(0.75 * fileDescriptors);
  },
);

test('descriptors that run out on demand are foretold, counted by code and explained', async () => {
  const server = await serve(startHttpServer, { answer: answerAfter(1500) });
  const args = ['load', '-t', server.url, '-R', '250/s', '-u', '1', '-d', '1s', '--warmup', '0s', 'ping'];
  const { code, stderr, stdout } = await mcpb(args, { cwd: scratch(), openFiles: 100 });
  expect(stderr).toMatch(/^! connections opened on demand may need 10\s038 open files, a process may have 100/m);
  expect(stdout).toMatch(/✗ [\d\s]+ × EMFILE: this process has no file descriptors left\n +try: raise the limit/);
  expect(stdout).toContain('this machine had no descriptor, port or memory');
  expect(code).toBe(5);
  expect(stderr).not.toMatch(/^\s+at .+:\d+/m);
});
