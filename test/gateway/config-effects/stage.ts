import { connect, type Socket } from 'node:net';
import type { Worker } from 'node:worker_threads';
import { afterEach } from 'vitest';
import { WebSocket } from 'ws';
import { parse, stringify } from 'yaml';
import { parseConfiguration } from '../../../src/gateway/configuration/load.ts';
import { type RunningGateway, startGateway } from '../../../src/gateway/gateway.ts';
import { scrape } from '../../support/scrape.ts';
import { startUpstream, type Upstream } from '../../support/upstream.ts';
import { jsonHeaders } from '../clients.ts';

/** Looks for the effect of one key; rejects where there is none. */
export type Effect = () => Promise<void>;

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

const quiet = { http: 0, tcp: 0, admin: 0 };

/** A gateway with this configuration file, on free ports unless the file says where. */
export async function start(text: string, cores = 4): Promise<RunningGateway> {
  const file = parse(text);
  const whole = stringify({ log_level: 'silent', ...file, listen: { ...quiet, ...file.listen } });
  const { options } = parseConfiguration(whole, 'effect.yaml', { env: process.env, cores });
  const gateway = await startGateway(options);
  opened.push(() => gateway.stop());
  return gateway;
}

/** The same with a backend that answers when it is told to. */
export async function startWith(text: string, padding = 0): Promise<{ gateway: RunningGateway; upstream: Upstream }> {
  const upstream = await startUpstream(padding);
  opened.push(() => upstream.close());
  return { upstream, gateway: await start(`backend: ${upstream.url}\n${text}`) };
}

/** The gateway and the threads it started. */
export async function startAndWatch(text: string, cores?: number) {
  const threads: Worker[] = [];
  const collect = (thread: Worker): void => void threads.push(thread);
  process.on('worker', collect);
  const gateway = await start(text, cores);
  process.off('worker', collect);
  return { gateway, threads };
}

export async function post(
  { addresses }: RunningGateway,
  body: string,
  { path = '/mcp', headers = {} }: { path?: string; headers?: Record<string, string> } = {},
): Promise<Response> {
  const url = new URL(path, addresses.http);
  const reply = await fetch(url, {
    method: 'POST',
    body,
    headers: { ...jsonHeaders, connection: 'close', ...headers },
  });
  return new Response(await reply.text(), { status: reply.status, headers: reply.headers });
}

/** A connection that has sent nothing. */
export function raw(url: string | undefined): { readonly socket: Socket; readonly closed: Promise<string> } {
  const { port } = new URL(`${url}`);
  const socket = connect(Number(port), '127.0.0.1');
  opened.push(() => socket.destroy());
  let text = '';
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
  });
  socket.on('error', () => socket.destroy());
  return { socket, closed: new Promise((resolve) => socket.on('close', () => resolve(text))) };
}

export async function webSocket({ addresses }: RunningGateway, options = {}): Promise<WebSocket> {
  const socket = new WebSocket(`${addresses.websocket}`, options);
  opened.push(() => socket.terminate());
  await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
  return socket;
}

/** The sum of a metric's series that have these labels. */
export async function measured(gateway: RunningGateway, name: string, labels = {}): Promise<number> {
  return (await scrape(gateway.addresses.admin)).sum(name, labels);
}

export const list = (id: number): string => `{"jsonrpc":"2.0","id":${id},"method":"tools/list"}`;
