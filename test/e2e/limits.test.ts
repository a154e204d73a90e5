import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mcpb, root } from '../support/cli.ts';
import { loadResults } from '../support/identities.ts';
import { needs } from '../support/programs.ts';
import { scratch } from '../support/scratch.ts';
import { startHttpServer } from '../support/servers/http.ts';
import { serve } from '../support/servers/serve.ts';
import { answerAfter, reply } from '../support/servers/server.ts';
import { startTcpServer } from '../support/servers/tcp.ts';

const openFiles = 200;
const load = ['load', '--transport', 'websocket', '-d', '1s', '--warmup', '0s', 'ping'];

/** What it says it needs where the limit is lower. */
async function neededBy(args: readonly string[], limit: number): Promise<number> {
  const { code, stdout } = await mcpb([...args, '--json'], { cwd: scratch(), openFiles: limit });
  expect(code).toBe(3);
  const [, needed] = /the load needs (\d+) open files/.exec(JSON.parse(stdout).error.message) ?? [];
  return Number(needed);
}

test('more connections than the limit of open files are refused before anything is started', async () => {
  const { code, stderr, stdout } = await mcpb([...load, '-u', '300', '--json'], { cwd: scratch(), openFiles });
  expect(code).toBe(3);
  expect(stderr).toBe('');
  const { error } = JSON.parse(stdout);
  expect(error).toMatchObject({ code: 'MCPB_E_FD_LIMIT', exitCode: 3 });
  expect(error.message).toMatch(/the load needs 3[2-9]\d open files, a process may have 200/);
  expect(error.message).toMatch(/the bundled gateway needs 3[2-9]\d open files/);
  expect(error.hint).toMatch(/use 1[0-7]\d connections at most/);
});

test('as many as it says fit, on both sides', async () => {
  const most = 300 + openFiles - (await neededBy([...load, '-u', '300'], openFiles));
  const { code, stdout } = await mcpb([...load, '-u', `${most}`, '--json'], { cwd: scratch(), openFiles });
  const { metrics, generator } = JSON.parse(stdout);
  expect(metrics.connections).toMatchObject({ opened: most, failed: 0, lost: 0, peak: most });
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
    const args = ['load', ...flags, 'ping'];
    const fileDescriptors = await neededBy(args, 60);
    const { stdout } = await mcpb([...args, '--json'], {
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

needs('script')('at a terminal', () => {
  test('as many as it says fit, too, whatever else is open', async () => {
    const cwd = scratch();
    const atTerminal = (vus: number) => {
      const leaks = [3, 4, 5, 6, 7, 8, 9].map((descriptor) => `${descriptor}</dev/null`).join(' ');
      const words = [process.execPath, `${root}bin/run.js`, ...load, '-u', `${vus}`]
        .map((word) => `'${word}'`)
        .join(' ');
      const line = `stty cols 300; ulimit -n ${openFiles}; exec ${leaks}; exec ${words}`;
      return spawnSync('script', ['-qec', line, '/dev/null'], {
        cwd,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
    };
    const { stdout } = atTerminal(300);
    const most = Number(/use (\d+)\s+connections at most/.exec(stdout)?.[1]);
    expect(most, stdout).toBeGreaterThan(140);
    atTerminal(most);
    const [result] = loadResults(cwd, '');
    expect(result.metrics.connections).toMatchObject({ opened: most, failed: 0, lost: 0, peak: most });
  });
});

test('descriptors that run out on demand are foretold, counted by code and explained', async () => {
  const server = await serve(startHttpServer, { answer: answerAfter(1500) });
  const args = ['load', '-t', server.url, '-R', '250/s', '-u', '1', '-d', '1s', '--warmup', '0s', 'ping'];
  const { code, stderr, stdout } = await mcpb(args, { cwd: scratch(), openFiles: 100 });
  expect(stderr).toMatch(/^! connections opened on demand may need 10\s0[3-9]\d open files, a process may have 100/m);
  expect(stdout).toMatch(/✗ [\d\s]+ × EMFILE: this process has no file descriptors left\n +try: raise the limit/);
  expect(stdout).toContain('this machine had no descriptor, port or memory');
  expect(code).toBe(5);
  expect(stderr).not.toMatch(/^\s+at .+:\d+/m);
});
