import type { ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import { requestDenial, unproven } from '../admission.ts';
import { bearerToken, type Identity } from '../authenticator.ts';
import type { Listener } from '../config.ts';
import type { DataPlane } from '../data-plane.ts';
import type { FrontEnd } from '../frontend.ts';
import { answerProbe, pathOf } from '../health.ts';
import { PostChannel, type PostRequest } from '../http/post.ts';
import { refuseHttp } from '../http-errors.ts';

/**
 * Streamable HTTP, legacy era. `/mcp`: POST with sessions, DELETE; no GET stream, because nothing is sent to a client outside
 * its requests. `/api/tools`: POST of one plain request without a session.
 */
export class HttpFrontEnd implements FrontEnd {
  readonly transport = 'http';
  readonly #plane: DataPlane;

  constructor(plane: DataPlane) {
    this.#plane = plane;
  }

  attach(server: Server, { address }: Listener): void {
    server.on('connection', (socket: Socket) => this.#plane.connections.accepted(socket, 'http'));
    server.on('clientError', (error: Error, socket: Socket) => refuseHttp(this.#plane, 'http', error, socket));
    server.on('request', (request: PostRequest, response: ServerResponse) =>
      this.#route(request, response, address.host),
    );
  }

  drain(): void {}

  sweep(): void {}

  #route(request: PostRequest, response: ServerResponse, host: string): void {
    const { connections } = this.#plane;
    connections.usable(request.socket, 'http');
    if (connections.isExcess(request.socket)) response.shouldKeepAlive = false;
    if (answerProbe(request, response, !this.#plane.draining)) return;
    const channel = new PostChannel(this.#plane, request, response);
    const path = pathOf(request);
    if (path !== '/mcp' && path !== '/api/tools') return channel.unserved(404, 'not_found');
    const allowed = path === '/mcp' ? ['POST', 'DELETE'] : ['POST'];
    if (!allowed.includes(request.method ?? ''))
      return channel.unserved(405, 'method_not_allowed', { allow: allowed.join(', ') });
    const denial = requestDenial(this.#plane, request, host);
    if (denial !== undefined) return channel.deny(denial);
    const identity = this.#plane.auth.check(bearerToken(request.headers.authorization));
    if (identity instanceof Promise) identity.then((known) => this.#serve(request, channel, path, known));
    else this.#serve(request, channel, path, identity);
  }

  #serve(request: PostRequest, channel: PostChannel, path: string, identity: Identity | undefined): void {
    if (identity === undefined) channel.deny(unproven);
    else if (request.method === 'DELETE') this.#end(request, channel, identity.subject);
    else channel.read(identity.subject, path === '/mcp');
  }

  #end(request: PostRequest, channel: PostChannel, subject: string): void {
    const session = channel.sessionOf(request, subject);
    if (session === undefined) return;
    this.#plane.store.end(session);
    channel.status(204);
  }
}
