import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import {
  call,
  FrameSocket,
  initialize,
  jsonHeaders,
  offer,
  type Reachable,
  tcpClient,
  webSocketClient,
} from './clients.ts';

const mcpb = fileURLToPath(new URL('../../bin/dev.js', import.meta.url));
const right = 'right-token-of-the-gateway';
const wrong = 'wrong-token-of-somebody';

interface Line {
  readonly level: number;
  readonly name: string;
  readonly thread: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

/** Runs a gateway of two workers while `use` does, and resolves with all it logged. */
const logged = async (level: string, use: (gateway: Reachable) => Promise<void>) => {
  const ports = ['--http', '--tcp', '--admin'].flatMap((flag) => [flag, '0']);
  const args = [mcpb, 'gateway', 'start', '--json', ...ports, '--workers', '2', '--token', right, '--log-level', level];
  const child = spawn(process.execPath, args);
  const log = text(child.stderr);
  try {
    const { value } = await createInterface(child.stdout)[Symbol.asyncIterator]().next();
    await use(JSON.parse(value ?? ''));
  } finally {
    child.kill('SIGTERM');
  }
  const whole = await log;
  return {
    whole,
    lines: whole
      .split('\n')
      .filter(Boolean)
      .map((line): Line => JSON.parse(line)),
  };
};

const authorization = `Bearer ${right}`;
const post = async ({ addresses }: Reachable, body: string, headers = {}, path = '/mcp') => {
  const request = { method: 'POST', body, headers: { ...jsonHeaders, ...headers } };
  await (await fetch(new URL(path, addresses.http), request)).text();
};

/** Puts tokens wherever a client may put anything. */
const spread = async (gateway: Reachable): Promise<void> => {
  const list = '{"jsonrpc":"2.0","id":1,"method":"tools/list"}';
  await post(gateway, list, { authorization: `Bearer ${wrong}` });
  await post(gateway, list, { authorization, 'mcp-session-id': wrong, 'mcp-protocol-version': wrong });
  await post(gateway, list, { authorization, cookie: wrong, traceparent: wrong, tracestate: wrong, origin: wrong });
  await post(gateway, list, { authorization, 'content-type': wrong }, `/api/tools?token=${right}`);
  await post(gateway, list, {}, `/${wrong}?access_token=${right}`);
  await post(
    gateway,
    call(wrong, `{"message":"${wrong}"}`).replace('"echo"', `"${wrong}"`),
    { authorization },
    '/api/tools',
  );
  await post(gateway, list.replace('tools/list', wrong), { authorization }, '/api/tools');
  await post(gateway, `{"${wrong}`, { authorization }, '/api/tools');
  await expect(webSocketClient(gateway, { authorization: `Bearer ${wrong}` })).rejects.toThrow('401');
  const socket = new WebSocket(`${gateway.addresses.websocket}?token=${wrong}`, [wrong], {
    headers: { authorization },
  });
  socket.on('error', () => {});
  await new Promise((resolve) => socket.once('close', resolve).once('open', () => socket.close()));
  const client = await webSocketClient(gateway, { authorization });
  await client.request(initialize.replace('"capabilities"', `"token":"${right}","capabilities"`));
  client.close();
  const refused = new FrameSocket(`${gateway.addresses.tcp}`);
  refused.write(6, offer);
  refused.write(1, `{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"token":"${wrong}"}}`);
  await refused.closed;
  const tcp = await tcpClient(gateway, right);
  tcp.send(`{"auth_token":"${wrong}","message":${list}}`);
  await tcp.closed;
};

it('is JSON of one shape from all threads, tells of every request and refusal, and never holds a token', async () => {
  const { whole, lines } = await logged('debug', spread);
  for (const line of lines)
    expect(line).toMatchObject({ name: 'mcp-gateway', level: expect.any(Number), time: expect.any(Number) });
  expect(new Set(lines.map(({ thread }) => thread))).toEqual(new Set(['main', 'worker-0', 'worker-1']));
  const refusals = lines.filter(({ msg }) => msg === 'refused').map(({ transport, cause }) => `${transport} ${cause}`);
  const expected = ['http', 'websocket', 'tcp'].map((transport) => `${transport} invalid_token`);
  expect(refusals).toEqual(expect.arrayContaining([...expected, 'tcp invalid_message_token']));
  const requests = lines.filter(({ msg }) => msg === 'request');
  expect(requests.length).toBeGreaterThanOrEqual(3);
  expect(new Set(requests.map(({ request }) => request)).size).toBe(requests.length);
  expect(requests.map(({ method, outcome }) => `${method} ${outcome}`)).toEqual(
    expect.arrayContaining(['other backend_error', 'initialize success']),
  );
  expect(whole).not.toContain(wrong);
  expect(whole).not.toContain(right);
});

it('says nothing of requests at the level it has by itself', async () => {
  const { whole } = await logged('warn', spread);
  expect(whole).toBe('');
});
