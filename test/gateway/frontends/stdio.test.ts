import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { outcomesOf, planOf, runHere } from '../../support/engine.ts';
import { call } from '../clients.ts';

const mcpb = fileURLToPath(new URL('../../../bin/dev.js', import.meta.url));
const command = [process.execPath, mcpb, 'gateway', 'start', '--stdio'];

const children: ChildProcessWithoutNullStreams[] = [];
const launch = (...args: readonly string[]): ChildProcessWithoutNullStreams => {
  const child = spawn(command[0], [...command.slice(1), ...args]);
  children.push(child);
  return child;
};
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

const ping = (id: unknown): string => `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"ping"}`;
const exitOf = async (child: ChildProcessWithoutNullStreams): Promise<number | null> => (await once(child, 'exit'))[0];

describe('gateway start --stdio', () => {
  it('writes messages and nothing else on standard output, opens no port, and ends with its input', async () => {
    const child = launch('--json');
    const [output, errors, exit] = [text(child.stdout), text(child.stderr), exitOf(child)];
    child.stdin.end(`\r\n${ping(1)}\r\n{"jsonrpc":\n[]\n${ping('two')}\n`);
    expect(await exit).toBe(0);
    const lines = (await output).split('\n');
    expect(lines.pop()).toBe('');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { jsonrpc: '2.0', id: 1, result: {} },
      { jsonrpc: '2.0', id: null, error: expect.objectContaining({ code: -32700 }) },
      { jsonrpc: '2.0', id: null, error: expect.objectContaining({ code: -32600 }) },
      { jsonrpc: '2.0', id: 'two', result: {} },
    ]);
    expect(JSON.parse((await errors).trim())).toMatchObject({ schema: 'mcpb.gateway/1', addresses: {} });
  });

  it('answers all it has read before it ends, more than may be in flight at once too', async () => {
    const child = launch('--backend', 'synthetic:delay=200ms');
    const [output, exit] = [text(child.stdout), exitOf(child)];
    const ids = Array.from({ length: 250 }, (_, index) => index);
    child.stdin.end(ids.map((id) => `${call(id, `{"message":"${id}"}`)}\n`).join(''));
    expect(await exit).toBe(0);
    const replies = (await output)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(replies.map(({ id, result }) => [id, result?.content[0].text]).sort((a, b) => a[0] - b[0])).toEqual(
      ids.map((id) => [id, `${id}`]),
    );
  });

  it('refuses a line over 1 MiB, and ends', async () => {
    const child = launch();
    const [output, exit] = [text(child.stdout), exitOf(child)];
    child.stdin.on('error', () => undefined).write(`${ping(1)}\n{${' '.repeat(1024 * 1024)}`);
    expect(await exit).toBe(0);
    const [pong, refused] = (await output)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect([pong.id, refused.error.code]).toEqual([1, 4130]);
  });

  it('ends when nobody reads its output any more, and when asked to by a signal', async () => {
    const unread = launch();
    const exit = exitOf(unread);
    for await (const _ of createInterface(unread.stderr)) break;
    unread.stdout.destroy();
    unread.stdin.on('error', () => undefined).write(`${ping(1)}\n${ping(2)}\n`);
    expect(await exit).toBe(0);
    const signalled = launch();
    const signalledExit = exitOf(signalled);
    for await (const _ of createInterface(signalled.stderr)) break;
    signalled.kill('SIGTERM');
    expect(await signalledExit).toBe(0);
  });

  it('serves the generator', async () => {
    const target = `stdio:${command.map((word) => `'${word}'`).join(' ')}`;
    expect(outcomesOf(await runHere(planOf({ target, requests: '300', vus: '2' })))).toEqual({ ok: 300 });
  });
});
