import type { Socket } from 'node:net';
import { Connection } from './connection.ts';
import type { DataPlane } from './data-plane.ts';
import type { Due } from './due-list.ts';
import type { Cause } from './metrics/reasons.ts';

/** How long a client may take to close its side, in ms. */
const closeMillis = 2_000;

/** A connection over a socket of its own, and the times its client has to keep. */
export abstract class SocketConnection extends Connection implements Due {
  readonly plane: DataPlane;
  /** The connection is about to end: messages are no longer taken. */
  protected closing = false;
  #heard = false;
  #lastHeard = performance.now();
  #silences = 0;
  /** When the message under way began, `performance.now()`; 0: there is none. */
  #incompleteSince = 0;
  #closingSince = 0;

  constructor(plane: DataPlane, socket: Socket) {
    super(socket);
    this.plane = plane;
  }

  get socket(): Socket {
    return this.outlet;
  }

  protected abstract readonly transport: 'tcp' | 'websocket';
  /** Ends the connection and says why. */
  abstract refuse(text: string, cause: Cause): void;
  /** Ends it in order. */
  protected abstract sayGoodbye(): void;
  /** The client has sent nothing for so many times `limits.idleMillis`; told once for each number. */
  protected abstract silent(times: number): void;

  abstract received(chunk: Buffer): void;

  /** Something has come; `incomplete`: the rest of a message has not. */
  protected heard(incomplete: boolean): void {
    this.#heard = true;
    if (!incomplete) this.#incompleteSince = 0;
    else this.#incompleteSince ||= performance.now();
  }

  due(now: number): number {
    if (this.socket.destroyed) return Number.POSITIVE_INFINITY;
    const closedAt = this.#closingSince + closeMillis;
    if (this.closing && now > closedAt) this.socket.destroy();
    if (this.closing) return closedAt;
    this.checkTimes(now);
    return Math.min(now + this.shortestLimit / 4, this.tokenEnds);
  }

  /** The shortest time the client may have to keep now, in ms. */
  protected get shortestLimit(): number {
    return Math.min(this.plane.limits.frameMillis, this.plane.limits.idleMillis, this.plane.limits.unusedMillis);
  }

  protected checkTimes(now: number): void {
    const { limits, draining } = this.plane;
    if (draining && this.idle) return this.sayGoodbye();
    if (now > this.tokenEnds) return this.refuse('Token expired', 'token_expired');
    // What is not read cannot come in time.
    if (this.held) this.#incompleteSince &&= now;
    if (this.#incompleteSince > 0 && now - this.#incompleteSince > limits.frameMillis)
      return this.refuse('Frame timed out', 'frame_timeout');
    if (this.session !== undefined && this.idle && now - this.session.lastUsed > limits.unusedMillis)
      return this.refuse('No message for too long', 'idle_timeout');
    this.#checkSilence(now);
  }

  cut(): void {
    this.plane.counters.failure(this.transport, 'slow_consumer');
    this.socket.destroy();
  }

  protected get writable(): boolean {
    return !this.closing && this.socket.writable;
  }

  protected pauseReading(): void {
    this.socket.pause();
  }

  protected resumeReading(): void {
    this.socket.resume();
  }

  /** A whole message has come. */
  protected completed(): void {
    this.#incompleteSince = 0;
  }

  /** From now on the client has `closeMillis` to close its side. */
  protected beginClosing(cause?: Cause): void {
    if (cause !== undefined) this.plane.counters.failure(this.transport, cause);
    this.closing = true;
    this.#closingSince = performance.now();
    this.plane.dueList.add(this, this.#closingSince + closeMillis);
    this.socket.resume();
  }

  #checkSilence(now: number): void {
    if (this.#heard || this.held) this.#lastHeard = now;
    this.#heard = false;
    const times = Math.floor((now - this.#lastHeard) / this.plane.limits.idleMillis);
    if (times > this.#silences) this.silent(times);
    this.#silences = times;
  }
}
