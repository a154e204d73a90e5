import type { ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import type { Refusal } from '../../wire/mcp.ts';
import { bearerToken } from '../auth.ts';
import type { Listener } from '../config.ts';
import type { DataPlane } from '../data-plane.ts';
import type { FrontEnd } from '../frontend.ts';
import { answerProbe, pathOf } from '../health.ts';
import { duplicateHeader, originFault } from '../origin.ts';
import { PostChannel, type PostRequest } from '../post-channel.ts';

/**
 * Streamable HTTP, legacy era. `/mcp`: POST with sessions, DELETE; no GET stream, because nothing is sent to a client outside
 * its requests. `/api/tools`: POST of one plain request without a session.
 */
export class HttpFrontEnd implements FrontEnd {
  readonly transport = 'http';
  readonly #plane: DataPlane;
  readonly #sockets = new Set<Socket>();

  constructor(plane: DataPlane) {
    this.#plane = plane;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  attach(server: Server, { address }: Listener): void {
    server.on('request', (request: PostRequest, response: ServerResponse) =>
      this.#route(request, response, address.host),
    );
  }

  sweep(now: number): void {
    this.#plane.store.sweep(now);
  }

  drain(): void {}

  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #route(request: PostRequest, response: ServerResponse, host: string): void {
    this.#track(request.socket);
    if (answerProbe(request, response, !this.#plane.draining)) return;
    const channel = new PostChannel(this.#plane, request, response);
    const path = pathOf(request);
    if (path !== '/mcp' && path !== '/api/tools') return channel.status(404);
    const allowed = path === '/mcp' ? ['POST', 'DELETE'] : ['POST'];
    if (!allowed.includes(request.method ?? '')) return channel.status(405, { allow: allowed.join(', ') });
    const subject = this.#admit(request, channel, host);
    if (subject === undefined) return;
    if (request.method === 'DELETE') this.#end(request, channel, subject);
    else channel.read(subject, path === '/mcp');
  }

  /** Who is asking; undefined after a refusal. */
  #admit(request: PostRequest, channel: PostChannel, host: string): string | undefined {
    const twice = duplicateHeader(request);
    if (twice !== undefined) return void channel.invalid(400, `Header ${twice} appears twice`);
    const fault = originFault(request, host);
    if (fault !== undefined) return this.#refuse(channel, 'forbidden', fault);
    const subject = this.#plane.auth.subjectOf(bearerToken(request.headers.authorization));
    if (subject === undefined) return this.#refuse(channel, 'unauthorized', 'A valid bearer token is required');
    if (this.#plane.overfull) return this.#refuse(channel, 'overloaded', 'Connection limit reached');
    return subject;
  }

  #refuse(channel: PostChannel, refusal: Refusal, text: string): undefined {
    channel.refuse(refusal, text);
  }

  #end(request: PostRequest, channel: PostChannel, subject: string): void {
    const session = channel.sessionOf(request, subject);
    if (session === undefined) return;
    this.#plane.store.end(session);
    channel.status(204);
  }

  #track(socket: Socket): void {
    if (this.#sockets.has(socket)) return;
    this.#sockets.add(socket);
    this.#plane.opened('http');
    this.#plane.usable('http', socket);
    socket.once('close', () => {
      this.#sockets.delete(socket);
      this.#plane.closed('http');
    });
  }
}
