import type { ScenarioPlan } from '../../scenario/plan.ts';
import { type Inbound, receive } from '../../wire/inbound.ts';
import type { RequestBody, RequestSource } from '../request.ts';
import type { ByteStream, OpenStream, StreamHandler } from '../stream.ts';
import type { CloseKind, Connection, ConnectionHandler, Loss, OpenFailure } from '../transport.ts';
import { connectFailure } from './failure.ts';

/** Longest message taken where the framing sets no limit of its own; a longer one is a protocol error. */
export const maxMessageBytes = 64 * 1024 * 1024;

/** What all connections of a worker and scenario share. */
export interface Prepared {
  readonly scenario: ScenarioPlan;
  readonly openStream: OpenStream;
  readonly requests: readonly RequestSource[];
}

/**
 * A connection that carries any number of exchanges at once: connecting → greeting (upgrade, negotiation) → open →
 * closed. The framing and the greeting are the subclass's.
 */
export abstract class MultiplexedConnection implements Connection, StreamHandler {
  protected readonly handler: ConnectionHandler;
  protected readonly stream: ByteStream;
  protected state: 'connecting' | 'greeting' | 'open' | 'closed' = 'connecting';
  readonly #prepared: Prepared;
  #connectedAt = 0;
  #blocked = false;
  #inbound: Inbound | undefined;

  constructor(prepared: Prepared, handler: ConnectionHandler, localAddress: string | undefined) {
    this.#prepared = prepared;
    this.handler = handler;
    this.stream = prepared.openStream(this, localAddress);
  }

  /** Takes whole frames from bytes[start, end); returns the position behind the last one. */
  abstract consume(bytes: Buffer, start: number, end: number, at: number): number;
  abstract notify(json: string): void;
  /** Connected: begins the greeting, or calls `opened` where there is none. */
  protected abstract greet(at: number): void;
  /** What is said before a session is ended in peace. */
  protected abstract farewell(): void;
  /** Completes "the target closed the connection during …". */
  protected abstract readonly greeting: string;

  get lastWords(): string | undefined {
    return this.stream.lastWords;
  }

  send(operation: number, slot: number, id: number): boolean {
    if (this.state !== 'open' || this.#blocked) return false;
    const request = this.#prepared.requests[operation];
    const bytes = request.withId(id, slot);
    this.handler.transferred(bytes.length, 0);
    if (!this.stream.write(bytes)) {
      request.detach();
      this.#blocked = true;
    }
    return true;
  }

  ask(_slot: number, { body }: RequestBody): boolean {
    if (this.state !== 'open' || this.#blocked) return false;
    this.notify(body);
    return true;
  }

  want(): boolean {
    return true;
  }

  initialized(): void {}

  forget(): void {}

  close(how: CloseKind): void {
    const wasOpen = this.state === 'open';
    this.state = 'closed';
    if (how === 'kill' || !wasOpen) return this.stream.destroy(how === 'kill');
    if (how === 'delete') this.farewell();
    this.stream.end();
  }

  connected(at: number): void {
    this.#connectedAt = at;
    this.state = 'greeting';
    this.greet(at);
  }

  drained(at: number): void {
    if (!this.#blocked) return;
    this.#blocked = false;
    if (this.state === 'open') this.handler.writable(at);
  }

  closed(error: NodeJS.ErrnoException | undefined, at: number): void {
    const { state } = this;
    this.state = 'closed';
    if (state === 'open') this.handler.lost('lost', at);
    else this.handler.refused(connectFailure(error, state === 'greeting' ? this.greeting : state), at);
  }

  data(bytes: Buffer, start: number, end: number, at: number): void {
    this.handler.transferred(0, end - start);
    this.#inbound = receive(this.#inbound, this, bytes, start, end, at);
  }

  /** The greeting is over. */
  protected opened(at: number): void {
    this.state = 'open';
    this.handler.connected(at - this.#connectedAt, at);
  }

  protected write(bytes: Buffer): void {
    this.handler.transferred(bytes.length, 0);
    if (!this.stream.write(bytes)) this.#blocked = true;
  }

  protected refuse(failure: OpenFailure, at: number): void {
    this.state = 'closed';
    this.stream.destroy();
    this.handler.refused(failure, at);
  }

  protected fail(loss: Loss, at: number): void {
    this.state = 'closed';
    this.stream.destroy();
    this.handler.lost(loss, at);
  }

  /** The peer speaks another protocol. */
  protected broken(message: string, at: number): void {
    if (this.state === 'open') this.fail('protocol', at);
    else this.refuse({ reason: 'handshake', message }, at);
  }
}
