import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { call, initialize, jsonHeaders } from './clients.ts';

const mcpb = fileURLToPath(new URL('../../bin/dev.js', import.meta.url));

const children: ChildProcess[] = [];
const launch = (...args: string[]) => {
  const free = ['--http', '--tcp', '--admin'].filter((flag) => !args.includes(flag));
  const flags = [...free.flatMap((flag) => [flag, '0']), ...args];
  const child = spawn(process.execPath, [mcpb, 'gateway', 'start', ...flags]);
  children.push(child);
  return child;
};
const exitOf = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve));
const firstLine = async (child: ReturnType<typeof launch>): Promise<string> => {
  for await (const line of createInterface(child.stdout)) return line;
  throw new Error('no output');
};
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

describe('gateway start', () => {
  it('prints one JSON document when ready, runs until SIGTERM, exits 0', async () => {
    const child = launch('--json', '--workers', '2');
    const exit = exitOf(child);
    const ready = JSON.parse(await firstLine(child));
    expect(ready).toMatchObject({ schema: 'mcpb.gateway/1', pid: child.pid, workers: 2, backend: 'echo' });
    expect(Object.keys(ready.addresses).sort()).toEqual(['admin', 'http', 'tcp', 'websocket']);
    expect((await fetch(`${ready.addresses.admin}/ready`)).status).toBe(200);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  });

  it('drains at the first signal and stops at the second', async () => {
    const child = launch('--json', '--backend', 'synthetic:delay=60s');
    const exit = exitOf(child);
    const { addresses } = JSON.parse(await firstLine(child));
    const socket = new WebSocket(addresses.websocket);
    await new Promise((resolve) => socket.once('open', resolve));
    socket.send(call(1, '{"message":"x"}'));
    socket.send('{"jsonrpc":"2.0","id":2,"method":"ping"}');
    await new Promise((resolve) => socket.once('message', resolve));
    child.kill('SIGINT');
    await expect.poll(async () => (await fetch(`${addresses.admin}/health`)).status).toBe(503);
    await new Promise((resolve) => setTimeout(resolve, 400));
    child.kill('SIGINT');
    expect(await exit).toBe(0);
    socket.terminate();
  });

  it.each(['1', '2'])('exits 3 when its port is taken, with %s workers', async (workers) => {
    const first = launch('--json', '--workers', workers);
    const { addresses } = JSON.parse(await firstLine(first));
    const second = launch('--workers', workers, '--tcp', new URL(addresses.tcp).port);
    const exit = exitOf(second);
    expect(await text(second.stderr)).toContain('MCPB_E_PORT_IN_USE');
    expect(await exit).toBe(3);
  });

  it('names the variable that should hold the secret of tokens', async () => {
    const child = launch('--auth', 'jwt', '--jwt-secret-env', 'MCPB_TEST_NO_SUCH_VARIABLE');
    const exit = exitOf(child);
    expect(await text(child.stderr)).toContain('MCPB_TEST_NO_SUCH_VARIABLE is not set');
    expect(await exit).toBe(2);
  });

  it('shows readable lines without --json', async () => {
    expect(await firstLine(launch())).toBe('gateway ready, backend echo, stop with Ctrl-C');
  });
});

describe('gateway start --config', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mcpb-start-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'gateway.yaml');
  const started = async (...args: string[]) => {
    writeFileSync(file, 'auth: { bearer: first }\n');
    const child = launch('--json', '--config', file, ...args);
    const lines = createInterface(child.stderr)[Symbol.asyncIterator]();
    const { addresses } = JSON.parse(await firstLine(child));
    const status = async (token: string): Promise<number> => {
      const headers = { ...jsonHeaders, connection: 'close', authorization: `Bearer ${token}` };
      const reply = await fetch(addresses.http, { method: 'POST', body: initialize, headers });
      await reply.text();
      return reply.status;
    };
    const said = async (text: string): Promise<string> => {
      let all = '';
      while (!all.includes(text)) all += `${(await lines.next()).value}\n`;
      return all;
    };
    return { child, status, said };
  };

  it('reads the file again at SIGHUP, and keeps what it has when that is faulty', async () => {
    const { child, status, said } = await started();
    const exit = exitOf(child);
    writeFileSync(file, 'auth: { bearer: second }\nlimit: {}\n');
    child.kill('SIGHUP');
    expect(await said('The configuration stays as it was.')).toContain(
      'yaml:2:1 unknown key "limit" — did you mean "limits"?',
    );
    expect([await status('first'), await status('second')]).toEqual([200, 401]);
    writeFileSync(file, 'auth: { bearer: second }\nruntime: { gogc: 50 }\n');
    child.kill('SIGHUP');
    expect(await said('configuration reloaded')).toContain('yaml:2:12 runtime.gogc has no effect');
    expect([await status('first'), await status('second')]).toEqual([401, 200]);
    child.kill('SIGTERM');
    expect(await exit).toBe(0);
  });

  it('reads it again with --watch whenever it changes', async () => {
    const { status, said } = await started('--watch');
    const next = join(folder, 'next.yaml');
    writeFileSync(next, 'auth: { bearer: second }\n');
    renameSync(next, file);
    await said('configuration reloaded');
    expect([await status('first'), await status('second')]).toEqual([401, 200]);
  });

  it('exits 104 when the file is faulty', async () => {
    writeFileSync(file, 'backend: nothing\n');
    const child = launch('--config', file);
    const exit = exitOf(child);
    expect(await text(child.stderr)).toContain('yaml:1:10 "nothing" is not understood');
    expect(await exit).toBe(104);
  });
});
