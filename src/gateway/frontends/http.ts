import type { ServerResponse } from 'node:http';
import type { Server, Socket } from 'node:net';
import { requestDenial, unproven } from '../admission.ts';
import { bearerToken, type Identity } from '../authenticator.ts';
import type { Listener } from '../config.ts';
import type { DataPlane } from '../data-plane.ts';
import type { ListeningFrontEnd } from '../frontend.ts';
import { answerProbe, pathOf } from '../health.ts';
import { BridgePost } from '../http/bridge-post.ts';
import { type Endpoint, endpointsFor } from '../http/endpoint.ts';
import { namesModern } from '../http/era.ts';
import { Get } from '../http/get.ts';
import { Post } from '../http/post.ts';
import { type HttpRequest, Reply } from '../http/reply.ts';
import { refuseHttp } from '../http-errors.ts';
import { arrivalEvent } from '../listeners.ts';

const modernMethods = ['POST'];

/** Streamable HTTP, both eras on one endpoint. */
export class HttpFrontEnd implements ListeningFrontEnd {
  readonly transport = 'http';
  readonly #plane: DataPlane;
  readonly #endpoints: ReadonlyMap<string, Endpoint>;

  constructor(plane: DataPlane) {
    this.#plane = plane;
    this.#endpoints = endpointsFor(plane.namespaces);
  }

  attach(server: Server, { address }: Listener): void {
    server.on(arrivalEvent(server), (socket: Socket) => this.#plane.connections.accepted(socket, 'http'));
    server.on('clientError', (error: Error, socket: Socket) => refuseHttp(this.#plane, 'http', error, socket));
    server.on('request', (request: HttpRequest, response: ServerResponse) =>
      this.#route(request, response, address.host),
    );
  }

  drain(): void {
    this.sweep();
  }

  sweep(): void {
    this.#plane.openStreams.endIdle();
  }

  #route(request: HttpRequest, response: ServerResponse, host: string): void {
    const { connections } = this.#plane;
    connections.usable(request.socket, 'http');
    if (connections.isExcess(request.socket)) response.shouldKeepAlive = false;
    if (answerProbe(request, response, !this.#plane.draining)) return;
    const endpoint = this.#endpoints.get(pathOf(request));
    const reply = replyTo(this.#plane, request, response, endpoint);
    if (endpoint === undefined) return reply.unserved(404, 'not_found');
    const { method = '' } = request;
    const allowed = method !== 'POST' && namesModern(request.headers) ? modernMethods : endpoint.methods;
    if (!allowed.includes(method)) return reply.unserved(405, 'method_not_allowed', { allow: allowed.join(', ') });
    const denial = requestDenial(this.#plane, request, host);
    if (denial !== undefined) return reply.deny(denial);
    const identity = this.#plane.auth.check(bearerToken(request.headers.authorization));
    if (identity instanceof Promise) identity.then((known) => this.#serve(reply, endpoint, known));
    else this.#serve(reply, endpoint, identity);
  }

  #serve(reply: Reply, endpoint: Endpoint, identity: Identity | undefined): void {
    if (identity === undefined) return reply.deny(unproven);
    reply.identity = identity;
    if (reply instanceof Post) reply.read(identity.subject, endpoint);
    else if (reply instanceof Get) reply.open(identity.subject);
    else this.#end(reply, identity.subject);
  }

  #end(reply: Reply, subject: string): void {
    const session = reply.sessionOf(subject);
    if (session === undefined) return;
    this.#plane.store.end(session);
    reply.status(204);
  }
}

function replyTo(plane: DataPlane, request: HttpRequest, response: ServerResponse, endpoint?: Endpoint): Reply {
  if (request.method === 'POST') return new (endpoint?.bridged ? BridgePost : Post)(plane, request, response);
  return request.method === 'GET' ? new Get(plane, request, response) : new Reply(plane, request, response);
}
