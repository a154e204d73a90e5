import { once } from 'node:events';
import type { AddressInfo, Server, Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import { type Answer, answerAtOnce, type Exchange, reply, rpcError, type ServerOptions } from './server.ts';

/** Book-keeping that servers of every transport share: what came, who is connected, who answers. */
export class Desk {
  readonly received: Exchange[] = [];
  readonly notifications: string[] = [];
  readonly answers: unknown[] = [];
  readonly connections = { now: 0, all: 0, most: 0 };
  readonly endings: string[] = [];
  readonly remotes: string[] = [];
  readonly resumed: boolean[] = [];
  readonly sockets = new Set<Socket>();
  readonly #answer: Answer;
  readonly #answerInitialize: Answer;
  readonly #answerDiscover: Answer;
  readonly #answered: () => void;

  constructor({
    answer = answerAtOnce,
    answerInitialize = initialized,
    answerDiscover = unknownMethod,
    answered = () => {},
  }: ServerOptions) {
    this.#answerDiscover = answerDiscover;
    this.#answer = answer;
    this.#answered = answered;
    this.#answerInitialize = answerInitialize;
  }

  /** Takes in a connection; returns its number. */
  admit(socket: Socket): number {
    const { connections } = this;
    this.sockets.add(socket);
    this.remotes.push(socket.remoteAddress ?? '');
    if (socket instanceof TLSSocket) this.resumed.push(socket.isSessionReused());
    connections.now++;
    connections.most = Math.max(connections.most, connections.now);
    let reset = false;
    socket.on('error', () => {
      reset = true;
    });
    socket.on('close', () => {
      connections.now--;
      this.sockets.delete(socket);
      this.endings.push(reset ? 'reset' : 'end');
    });
    return connections.all++;
  }

  /** Takes in one message; `exchange` makes the means to answer it. */
  message(text: string, exchange: (id: number, method: string) => Exchange): void {
    const { id, method, ...rest } = JSON.parse(text) as { id?: number; method?: string };
    if (method === undefined) {
      this.answers.push({ id, ...rest });
      this.#answered();
    } else if (id === undefined) this.notifications.push(method);
    else if (method === 'initialize') this.#answerInitialize(exchange(id, method));
    else if (method === 'server/discover') this.#answerDiscover(exchange(id, method));
    else {
      const one = exchange(id, method);
      this.received.push(one);
      this.#answer(one);
    }
  }
}

function initialized(exchange: Exchange): void {
  const serverInfo = { name: 'scripted', version: '1' };
  exchange.send(reply(exchange.id, { protocolVersion: '2025-11-25', capabilities: {}, serverInfo }));
}

function unknownMethod(exchange: Exchange): void {
  exchange.send(rpcError(exchange.id, -32601));
}

/** The TCP sockets under TLS, by the port they come from. */
const raw = new Map<number | undefined, Socket>();

/** Must be called for a server over TLS, so that its connections can be reset. */
export function rememberSockets(server: Server): void {
  server.on('connection', (socket: Socket) => {
    const { remotePort } = socket;
    raw.set(remotePort, socket);
    socket.once('close', () => raw.delete(remotePort));
  });
}

function reset(socket: Socket): void {
  if (socket instanceof TLSSocket) raw.get(socket.remotePort)?.resetAndDestroy();
  else socket.resetAndDestroy();
}

/** What an exchange can do with its socket, whatever the framing. */
export function socketMeans(socket: Socket): Pick<Exchange, 'write' | 'end' | 'drop' | 'pause' | 'resume'> {
  return {
    write: (bytes) => socket.write(bytes),
    end: () => socket.end(),
    drop: () => reset(socket),
    pause: () => socket.pause(),
    resume: () => socket.resume(),
  };
}

/** Lets go of the port and of every connection. */
export async function closeServer(server: Server, { sockets }: Desk): Promise<void> {
  for (const socket of sockets) reset(socket);
  if (!server.listening) return;
  server.close();
  await once(server, 'close');
}

/** Listens on a free port of the loopback and returns it. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
