import { connect, type Socket } from 'node:net';
import { WebSocket } from 'ws';
import type { RunningGateway } from '../../src/gateway/gateway.ts';

/** Where a gateway listens. */
export type Reachable = Pick<RunningGateway, 'addresses'>;

/** A client of one front end that shares no code with it: JSON-RPC texts in, JSON-RPC texts out. */
export interface NeutralClient {
  send(text: string): void;
  /** Sends a request and resolves with the text of its final reply. */
  request(text: string): Promise<string>;
  /** Everything received that is no reply to `request`, oldest first. */
  readonly notifications: string[];
  /** Resolves when the gateway has closed the connection, or at once where there is none. */
  readonly closed: Promise<void>;
  close(): void;
}

const idOf = (text: string): string => /"id":\s*("(?:[^"\\]|\\.)*"|-?\d+|null)/.exec(text)?.[1] ?? 'null';

/** Matches replies to requests by the raw text of their id. */
class Correlator {
  readonly notifications: string[] = [];
  readonly #waiting = new Map<string, (text: string) => void>();

  expect(text: string): Promise<string> {
    return new Promise((resolve) => this.#waiting.set(idOf(text), resolve));
  }

  received(text: string): void {
    const id = /^\{"jsonrpc":"2.0","method"/.test(text) ? 'notification' : idOf(text);
    const resolve = this.#waiting.get(id);
    if (resolve === undefined) this.notifications.push(text);
    else this.#waiting.delete(id);
    resolve?.(text);
  }
}

/** How messages stand in WebSocket frames. */
interface Dialect {
  readonly wrap: (message: string) => string;
  readonly unwrap: (text: string) => string;
}

const plain: Dialect = { wrap: (message) => message, unwrap: (text) => text };

/** MCP Bridge's envelope; a gateway must answer in nothing else. */
export const envelope = (token?: string): Dialect => ({
  wrap: (message) => {
    const credentials = token === undefined ? '' : `,"auth_token":${JSON.stringify(token)}`;
    return `{"id":${idOf(message)},"timestamp":"t","source":"test"${credentials},"mcp_payload":${message}}`;
  },
  unwrap: (text) => {
    const inside =
      /^\{"id":.*?,"timestamp":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ","source":"gateway","mcp_payload":(.*)\}$/s.exec(text);
    if (inside === null) throw new Error(`no envelope: ${text}`);
    return inside[1];
  },
});

export async function webSocketClient(
  gateway: Reachable,
  headers = {},
  { wrap, unwrap }: Dialect = plain,
): Promise<NeutralClient> {
  const socket = new WebSocket(`${gateway.addresses.websocket}`, ['mcp'], { headers });
  const correlator = new Correlator();
  socket.on('message', (data: Buffer) => correlator.received(unwrap(data.toString())));
  const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return {
    notifications: correlator.notifications,
    closed,
    send: (text) => socket.send(wrap(text)),
    request: (text) => {
      const reply = correlator.expect(text);
      socket.send(wrap(text));
      return reply;
    },
    close: () => socket.terminate(),
  };
}

export interface Frame {
  readonly type: number;
  readonly text: string;
}

export const frame = (type: number, text = '', version = 1): Buffer => {
  const header = Buffer.alloc(12);
  header.write('MCPB');
  header.writeUInt16BE(version, 4);
  header.writeUInt16BE(type, 6);
  header.writeUInt32BE(Buffer.byteLength(text), 8);
  return Buffer.concat([header, Buffer.from(text)]);
};

export const offer = '{"min_version":1,"max_version":1,"preferred_version":1,"supported_versions":[1]}';

/** A raw connection of the binary framing. */
export class FrameSocket {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  onFrame: (frame: Frame) => void;
  readonly #frames: Frame[] = [];
  readonly #waiting: ((frame: Frame) => void)[] = [];
  #bytes: Buffer = Buffer.alloc(0);

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.onFrame = (received) => {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#frames.push(received);
      else waiting(received);
    };
    this.socket = connect(Number(port), hostname);
    this.socket.on('data', (chunk: Buffer) => this.#data(chunk));
    this.socket.on('error', () => this.socket.destroy());
    this.closed = new Promise((resolve) => this.socket.on('close', () => resolve()));
  }

  /** The next frame; rejects when the connection closes first. */
  next(): Promise<Frame> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    const next = new Promise<Frame>((resolve) => this.#waiting.push(resolve));
    const closed = this.closed.then((): never => {
      throw new Error('connection closed');
    });
    return Promise.race([next, closed]);
  }

  write(...args: Parameters<typeof frame>): void {
    this.socket.write(frame(...args));
  }

  #data(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= 12 && this.#bytes.length >= 12 + this.#bytes.readUInt32BE(8)) {
      const end = 12 + this.#bytes.readUInt32BE(8);
      const received = { type: this.#bytes.readUInt16BE(6), text: this.#bytes.toString('utf8', 12, end) };
      this.#bytes = this.#bytes.subarray(end);
      this.onFrame(received);
    }
  }
}

export async function tcpClient(gateway: Reachable, token?: string): Promise<NeutralClient> {
  const frames = new FrameSocket(`${gateway.addresses.tcp}`);
  frames.write(6, offer);
  if ((await frames.next()).type !== 7) throw new Error('no VersionAck');
  if (token !== undefined) {
    frames.write(1, JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { token } }));
    const { text } = await frames.next();
    if (!text.includes('sessionId')) throw new Error(text);
  }
  const correlator = new Correlator();
  frames.onFrame = ({ text }) => correlator.received(text);
  return {
    notifications: correlator.notifications,
    closed: frames.closed,
    send: (text) => frames.write(1, text),
    request: (text) => {
      const reply = correlator.expect(text);
      frames.write(1, text);
      return reply;
    },
    close: () => frames.socket.destroy(),
  };
}

/** A raw connection of newline-delimited messages. */
export class LineSocket {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  onLine: (line: string) => void;
  readonly #lines: string[] = [];
  readonly #waiting: ((line: string) => void)[] = [];
  #text = '';

  constructor(url: string) {
    const { hostname, port } = new URL(url);
    this.onLine = (line) => {
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#lines.push(line);
      else waiting(line);
    };
    this.socket = connect(Number(port), hostname);
    this.socket.setEncoding('utf8').on('data', (text: string) => this.#data(text));
    this.socket.on('error', () => this.socket.destroy());
    this.closed = new Promise((resolve) => this.socket.on('close', () => resolve()));
  }

  /** Lines that came and were not asked for. */
  get unread(): readonly string[] {
    return this.#lines;
  }

  /** The next line; rejects when the connection closes first. */
  next(): Promise<string> {
    const line = this.#lines.shift();
    if (line !== undefined) return Promise.resolve(line);
    const next = new Promise<string>((resolve) => this.#waiting.push(resolve));
    const closed = this.closed.then((): never => {
      throw new Error('connection closed');
    });
    return Promise.race([next, closed]);
  }

  write(...lines: readonly string[]): void {
    this.socket.write(lines.map((line) => `${line}\n`).join(''));
  }

  #data(text: string): void {
    const lines = (this.#text + text).split('\n');
    this.#text = `${lines.pop()}`;
    for (const line of lines) this.onLine(line);
  }
}

export async function linesClient(gateway: Reachable, token?: string): Promise<NeutralClient> {
  const lines = new LineSocket(`${gateway.addresses.tcp}`);
  await new Promise((resolve, reject) => lines.socket.once('connect', resolve).once('error', reject));
  if (token !== undefined) {
    lines.write(JSON.stringify({ jsonrpc: '2.0', id: 0, method: 'initialize', params: { token } }));
    const answer = await lines.next();
    if (!answer.includes('sessionId')) throw new Error(answer);
  }
  const correlator = new Correlator();
  lines.onLine = (line) => correlator.received(line);
  // A line break within a message is only white space.
  const write = (text: string): void => lines.write(text.replace(/[\r\n]/g, ' '));
  return {
    notifications: correlator.notifications,
    closed: lines.closed,
    send: write,
    request: (text) => {
      const reply = correlator.expect(text);
      write(text);
      return reply;
    },
    close: () => lines.socket.destroy(),
  };
}

export const jsonHeaders = {
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};

export async function httpClient(gateway: Reachable, headers = {}): Promise<NeutralClient> {
  const url = `${gateway.addresses.http}`;
  const post = (body: string, extra = {}): Promise<Response> =>
    fetch(url, { method: 'POST', body, headers: { ...jsonHeaders, ...headers, ...extra } });
  const opened = await post(initialize);
  const id = opened.headers.get('mcp-session-id');
  const text = await opened.text();
  if (id === null) throw new Error(`${opened.status} ${text}`);
  const correlator = new Correlator();
  const session = { 'mcp-session-id': id };
  return {
    notifications: correlator.notifications,
    closed: Promise.resolve(),
    send: (text) => void post(text, session).then((reply) => reply.text()),
    request: async (text) => {
      const response = await post(text, session);
      const body = await response.text();
      if (!response.headers.get('content-type')?.startsWith('text/event-stream')) return body;
      const events = [...body.matchAll(/^data: (.+)$/gm)].map((match) => match[1]);
      for (const event of events.slice(0, -1)) correlator.received(event);
      return `${events.at(-1)}`;
    },
    close: () => {},
  };
}

export const initialize =
  '{"jsonrpc":"2.0","id":"init","method":"initialize","params":{"protocolVersion":"2025-11-25","capabilities":{},"clientInfo":{"name":"test","version":"1"}}}';

export const call = (id: number | string, args: string, method = 'tools/call'): string =>
  `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"method":"${method}","params":{"name":"echo","arguments":${args}}}`;
