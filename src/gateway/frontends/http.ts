import type { ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import { bearerToken, type Identity } from '../authenticator.ts';
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
    if (!this.#admit(request, channel, host)) return;
    const identity = this.#plane.auth.check(bearerToken(request.headers.authorization));
    if (identity instanceof Promise) identity.then((known) => this.#serve(request, channel, path, known));
    else this.#serve(request, channel, path, identity);
  }

  /** Whether the request may be looked at, whoever is asking; false after a refusal. */
  #admit(request: PostRequest, channel: PostChannel, host: string): boolean {
    const twice = duplicateHeader(request);
    const fault = originFault(request, host);
    if (twice !== undefined) channel.invalid(400, `Header ${twice} appears twice`);
    else if (fault !== undefined) channel.refuse('forbidden', fault);
    else if (this.#plane.overfull) channel.refuse('overloaded', 'Connection limit reached');
    else return true;
    return false;
  }

  #serve(request: PostRequest, channel: PostChannel, path: string, identity: Identity | undefined): void {
    if (identity === undefined) channel.refuse('unauthorized', 'A valid bearer token is required');
    else if (request.method === 'DELETE') this.#end(request, channel, identity.subject);
    else channel.read(identity.subject, path === '/mcp');
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
