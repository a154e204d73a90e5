import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { call } from './clients.ts';

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
