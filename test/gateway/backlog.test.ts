import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { afterEach, expect, it } from 'vitest';
import { Backlog } from '../../src/gateway/backlog.ts';
import { sendReply } from '../../src/gateway/frontend.ts';
import { LinesConnection } from '../../src/gateway/lines-connection.ts';
import { readMessage } from '../../src/wire/jsonrpc.ts';
import { planeOf } from '../support/plane.ts';

const progress = (token: unknown, done: number): string =>
  JSON.stringify({
    jsonrpc: '2.0',
    method: 'notifications/progress',
    params: { progressToken: token, progress: done },
  });
const changed = (list: string): string => `{"jsonrpc":"2.0","method":"notifications/${list}/list_changed"}`;

it('keeps the latest of each progress and each list, and nothing of other kinds', () => {
  const backlog = new Backlog();
  const hold = (text: string): boolean => {
    const frame = Buffer.from(`[]${text}`);
    return backlog.hold(frame, 2, frame.length - 2);
  };
  const news = [
    progress('a', 1),
    changed('tools'),
    progress('b', 1),
    progress(1, 1),
    `{"id":null,"mcp_payload":${progress('a', 2)}}`,
    changed('prompts'),
    changed('tools'),
  ];
  expect(news.map(hold)).toEqual(news.map(() => true));
  for (const other of [
    '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}',
    '{"jsonrpc":"2.0","method":"notifications/progress","params":{"progress":1}}',
    '{"jsonrpc":"2.0","id":1,"method":"notifications/tools/list_changed"}',
    '{"jsonrpc":"2.0","id":1,"result":{}}',
  ])
    expect(hold(other)).toBe(false);
  const released: string[] = [];
  backlog.release((frame, length) => released.push(frame.toString('utf8', 2, 2 + length)));
  expect(released).toEqual([news[2], news[3], news[4], news[5], news[6]]);
  backlog.release(() => expect.unreachable('they are gone'));
});

const open: { destroy(): unknown }[] = [];
afterEach(() => {
  for (const one of open.splice(0)) one.destroy();
});

it('tells a client that is behind the latest only, before the reply it belongs to, and no reply too few', async () => {
  const plane = planeOf({ tcp: '0', http: 'off', ws: 'off', limits: { unsentPause: 1024, unsentCut: 2 ** 30 } });
  const accepted = Promise.withResolvers<Socket>();
  const server = createServer(accepted.resolve).listen(0, '127.0.0.1');
  open.push({ destroy: () => server.close() });
  await once(server, 'listening');
  const address = server.address();
  const client = connect(typeof address === 'object' && address !== null ? address.port : 0, '127.0.0.1');
  open.push(client);
  const socket = await accepted.promise;
  open.push(socket);
  const connection = new LinesConnection(plane, socket, performance.now());
  const { session } = connection;
  if (session === undefined) expect.unreachable('nobody has to authenticate');
  const tell = (text: string): void => session.notify(Buffer.from(text));

  const bulk = `{"jsonrpc":"2.0","method":"notifications/message","params":{"data":"${'x'.repeat(16 * 1024 * 1024)}"}}`;
  tell(progress('early', 1));
  tell(bulk);
  for (let done = 1; done <= 100; done++) tell(progress('a', done));
  tell(progress('b', 1));
  sendReply(
    connection,
    readMessage(Buffer.from('{"jsonrpc":"2.0","id":7,"method":"ping"}')),
    'result',
    Buffer.from('{}'),
  );
  for (let done = 2; done <= 100; done++) tell(progress('b', done));
  tell(changed('tools'));
  tell(changed('tools'));

  const lines: string[] = [];
  for await (const line of createInterface(client)) {
    lines.push(line);
    if (line === changed('tools')) break;
  }
  expect(lines.map((line) => (line.length > 1000 ? 'bulk' : line))).toEqual([
    progress('early', 1),
    'bulk',
    progress('a', 100),
    progress('b', 1),
    '{"jsonrpc":"2.0","id":7,"result":{}}',
    progress('b', 100),
    changed('tools'),
  ]);
});
