import { createServer, type Server, type Socket } from 'node:net';
import fc from 'fast-check';
import { Agent, request } from 'undici';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { streamsFor } from '../../../src/loadgen/stream.ts';
import { transports } from '../../../src/loadgen/transport.ts';
import { planOf } from '../../support/engine.ts';
import { cutsOf, piecesOf } from '../../support/pieces.ts';
import { Recorder } from '../../support/recorder.ts';
import { listen } from '../../support/servers/desk.ts';

/** A server that answers every request with the same bytes, in these pieces, and then perhaps hangs up. */
let answer: { readonly pieces: readonly Buffer[]; readonly hangUp: boolean } = { pieces: [], hangUp: false };
let server: Server;
let url: string;
const sockets = new Set<Socket>();
const agent = new Agent({ pipelining: 0 });

beforeAll(async () => {
  server = createServer({ noDelay: true }, (socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined).on('close', () => sockets.delete(socket));
    socket.on('data', (request) => void (request.includes('\r\n\r\n') && respond(socket)));
  });
  url = `http://127.0.0.1:${await listen(server)}/mcp`;
});
afterAll(async () => {
  await agent.close();
  server.close();
});

async function respond(socket: Socket): Promise<void> {
  const { pieces, hangUp } = answer;
  for (const piece of pieces) {
    socket.write(piece);
    await new Promise(setImmediate);
  }
  if (hangUp) socket.end();
}

/** What a client makes of the response. */
interface Seen {
  readonly status: number;
  /** The body, or the data of the events in it; empty where it is none. */
  readonly messages: readonly string[];
}

async function seenByUndici(): Promise<Seen | 'broken'> {
  try {
    const { statusCode, headers, body } = await request(url, { method: 'POST', body: '{}', dispatcher: agent });
    const text = await body.text();
    const events = String(headers['content-type']).startsWith('text/event-stream');
    const messages = events ? [...text.matchAll(/^data: (.*)$/gm)].map(([, data]) => data.trimEnd()) : [text];
    return { status: statusCode, messages: statusCode === 200 ? messages.filter((message) => message !== '') : [] };
  } catch {
    return 'broken';
  }
}

const unobserved = { connected: () => undefined, secured: () => undefined, broken: () => undefined };

async function seenByUs(): Promise<Seen | 'broken'> {
  const [scenario] = planOf({ target: url }).scenarios;
  const recorder = new Recorder();
  const connection = transports
    .http(scenario, scenario.operations, streamsFor(scenario, unobserved))
    .open(recorder, undefined);
  const until = (done: () => boolean) =>
    new Promise<void>((resolve) => {
      recorder.told = () => void (done() && resolve());
    });
  await until(() => recorder.usable);
  connection.send(0, 7, 1_000_000_000);
  await until(() => recorder.endings.length > 0 || recorder.messages.some((message) => message.includes('"result"')));
  connection.close('kill');
  const [ending] = recorder.endings;
  if (ending !== undefined && !/^\d+$/.test(ending)) return 'broken';
  return { status: Number(ending ?? 200), messages: recorder.messages };
}

const reply = fc
  .string({ unit: 'grapheme', maxLength: 40 })
  .map((text) => JSON.stringify({ jsonrpc: '2.0', id: 1_000_000_000, result: { text } }));
const notification = fc.constant('{"jsonrpc":"2.0","method":"notifications/message"}');
const bodies = fc.oneof(
  reply.map((text) => ({ type: 'application/json', text })),
  fc
    .tuple(fc.array(notification, { maxLength: 2 }), reply, fc.constantFrom('\n', '\r\n'))
    .map(([before, last, end]) => ({
      type: 'text/event-stream',
      text: [...before, last].map((data) => `: x${end}data: ${data}${end}${end}`).join(''),
    })),
);
const status = fc.oneof(
  { weight: 6, arbitrary: fc.constant(200) },
  { weight: 1, arbitrary: fc.constantFrom(400, 404, 429, 500, 503) },
);
const framing = fc.constantFrom('length', 'chunked', 'close', 'chunked, damaged', 'length, cut short');
const responses = fc
  .tuple(status, bodies, framing, fc.constantFrom('', 'X-Y: z\r\n', 'Connection: close\r\n'))
  .chain(([code, { type, text }, how, fields]) => {
    const body = Buffer.from(text);
    const head = `HTTP/1.1 ${code} X\r\nContent-Type: ${type}\r\n${fields}`;
    // An event is an answer whatever becomes of its stream, which undici waits for: a damaged stream is none of theirs.
    const whole = type === 'text/event-stream' && how === 'length, cut short' ? 'length' : how;
    return framed(head, body, whole).map((bytes) => ({ bytes, hangUp: how !== 'length' && how !== 'chunked' }));
  })
  .chain(({ bytes, hangUp }) =>
    cutsOf(bytes.length).map((cuts) => ({ pieces: piecesOf(bytes, cuts).filter(({ length }) => length > 0), hangUp })),
  );

function framed(head: string, body: Buffer, how: string): fc.Arbitrary<Buffer> {
  if (how === 'close') return fc.constant(Buffer.concat([Buffer.from(`${head}\r\n`), body]));
  if (how.startsWith('length')) {
    const whole = Buffer.concat([Buffer.from(`${head}Content-Length: ${body.length}\r\n\r\n`), body]);
    return fc.constant(how === 'length' ? whole : whole.subarray(0, -1));
  }
  return cutsOf(body.length).map((cuts) => {
    const chunks = piecesOf(body, cuts)
      .filter(({ length }) => length > 0)
      .map((piece) => Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]));
    const damaged = how === 'chunked' ? [] : [Buffer.from('oops\r\n')];
    const end = Buffer.from('0\r\n\r\n');
    return Buffer.concat([Buffer.from(`${head}Transfer-Encoding: chunked\r\n\r\n`), ...damaged, ...chunks, end]);
  });
}

it('sees what undici sees, whatever form a response has and however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(responses, async (response) => {
      answer = response;
      expect(await seenByUs()).toEqual(await seenByUndici());
    }),
    { numRuns: 150 },
  );
});
