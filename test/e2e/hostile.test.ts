import { describe, expect, onTestFinished, test } from 'vitest';
import { mcpb } from '../support/cli.ts';
import { scratch } from '../support/scratch.ts';
import { startHttpServer } from '../support/servers/http.ts';
import { type Answer, answerAtOnce, type Exchange, reply, type ServerOptions } from '../support/servers/server.ts';
import { startTcpServer } from '../support/servers/tcp.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';
import { expectVerdict } from '../support/verdict.ts';

const requests = 6;

/** One short load as a user would type it; whatever the server does, the output is one document and no stack trace. */
async function load(url: string, ...flags: string[]) {
  const args = ['load', '-t', url, '-u', '2', '-n', `${requests}`, '-q', '--json', ...flags];
  const { code, stdout, stderr } = await mcpb(args, { cwd: scratch() });
  expect(stderr).not.toMatch(/^\s+at .+:\d+/m);
  const document = JSON.parse(stdout);
  expect(document.exitCode ?? document.error.exitCode).toBe(code);
  return { code, document };
}

/** Outcomes that did occur, of a document whose figures agree with each other. */
function outcomes({ metrics }: { metrics: Record<string, never> }): Record<string, number> {
  const { outcomes: counts, requests: sums, responseTime } = metrics as unknown as Metrics;
  const found = Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
  expect(Object.values(found).reduce((sum, count) => sum + count, 0)).toBe(sums.planned);
  const { ok = 0, timeout = 0, connection_lost = 0, unanswered = 0 } = found;
  expect(responseTime.count, 'refusals improve no percentile').toBe(ok + timeout + connection_lost + unanswered);
  if (ok === 0 && timeout > 0 && connection_lost === 0) expect(responseTime.min).toBeGreaterThanOrEqual(250_000);
  return found;
}

interface Metrics {
  readonly outcomes: Readonly<Record<string, number>>;
  readonly requests: { readonly planned: number };
  readonly responseTime: { readonly count: number; readonly min: number };
}

const half = ({ frame, id }: Exchange) => frame(reply(id, 'x'.repeat(40))).subarray(0, -21);
const tenMebibytes = (id: number) => reply(id, '').padEnd(10 * 2 ** 20);

function closeHalfWay(one: Exchange): void {
  one.write(half(one));
  setImmediate(one.end);
}

/** The first exchange of a connection gets this, later ones silence. */
function once(answer: Answer): Answer {
  const met = new Set<number>();
  return (exchange) => {
    if (!met.has(exchange.connection)) answer(exchange);
    met.add(exchange.connection);
  };
}

describe.each([
  ['websocket', startWebSocketServer],
  ['tcp', startTcpServer],
  ['http', startHttpServer],
] as const)('a load over %s', (transport, start) => {
  const serve = async (options: ServerOptions = {}) => {
    const server = await start(options);
    onTestFinished(() => server.close());
    return server.url;
  };
  const idOnly = transport !== 'http';

  test('succeeds against a server that answers', async () => {
    const document = await expectVerdict('pass', async () => (await load(await serve())).document);
    if (document !== undefined) expect(outcomes(document)).toEqual({ ok: requests });
  });

  test.each<[what: string, answer: () => Answer, expected: Record<string, number>]>([
    ['closes in the middle of a reply', () => closeHalfWay, { connection_lost: requests }],
    ['sends half a frame', () => once((one) => one.write(half(one))), { timeout: requests }],
    ['sends garbage', () => (one) => one.write('220 mail.example.org ESMTP\r\n\r\n'), { protocol_error: requests }],
    ['sends what is not JSON', () => (one) => one.send('{"jsonrpc":"2.0",oops'), { protocol_error: requests }],
    [
      'answers with the id of nobody',
      () => (one) => one.send(reply(7)),
      { [idOnly ? 'timeout' : 'protocol_error']: requests },
    ],
    ['sends 10 MiB', () => (one) => one.send(tenMebibytes(one.id)), { ok: requests }],
    ['never answers', () => () => undefined, { timeout: requests }],
  ])('against a server that %s ends with what happened', async (_, answer, expected) => {
    const timeout = 'timeout' in expected ? ['--timeout', '250ms'] : [];
    const document = await expectVerdict(
      'ok' in expected ? 'pass' : 'thresholds-failed',
      async () => (await load(await serve({ answer: answer() }), ...timeout)).document,
    );
    if (document !== undefined) expect(outcomes(document)).toEqual(expected);
  });

  test.each<[what: string, options: ServerOptions, code: string]>([
    ['wants another token', { token: 'right' }, 'MCPB_E_UNAUTHORIZED'],
    ['hangs up at once', { instead: (socket) => socket.resetAndDestroy() }, 'MCPB_E_UNREACHABLE'],
    ['speaks something else', { instead: (socket) => socket.write('SSH-2.0-x\r\n\r\n') }, 'MCPB_E_HANDSHAKE'],
    ['says nothing', { instead: () => undefined }, 'MCPB_E_UNREACHABLE'],
  ])('against a server that %s does not begin', async (_, options, code) => {
    const { document } = await load(await serve(options), '--token', 'wrong', '--connect-timeout', '300ms');
    expect(document.error).toMatchObject({ code, exitCode: 3 });
    expect(document.error.hint).toBeTruthy();
  });

  test('against nobody says how to start a gateway', async () => {
    const server = await start({ answer: answerAtOnce });
    await server.close();
    const { document } = await load(server.url);
    expect(document.error).toMatchObject({ code: 'MCPB_E_UNREACHABLE', exitCode: 3 });
    expect(document.error.hint).toContain('gateway start');
  });
});
