import { randomBytes } from 'node:crypto';
import type { DataPlane } from './data-plane.ts';
import { HttpSession } from './http/session.ts';
import type { FromWorker, SessionRecord } from './protocol.ts';

/**
 * The HTTP sessions of the gateway, as one worker knows them: all of them, so that any worker serves any POST. A new one is
 * broadcast before its `initialize` is answered; which were used is broadcast now and then, so that all expire alike.
 */
export class SessionStore {
  readonly #plane: DataPlane;
  readonly #post: (message: FromWorker) => void;
  /** Moved longest ago first, so that the first ones are all that may have been idle too long. */
  readonly #byId = new Map<string, HttpSession>();
  readonly #bySubject = new Map<string, number>();
  readonly #waiting = new Map<string, () => void>();
  readonly #used = new Set<string>();
  #lastBroadcast = 0;

  constructor(plane: DataPlane, post: (message: FromWorker) => void) {
    this.#plane = plane;
    this.#post = post;
  }

  get size(): number {
    return this.#byId.size;
  }

  /** The session with that id if it is this subject's. */
  find(id: string, subject: string): HttpSession | undefined {
    const session = this.#byId.get(id);
    if (session?.subject !== subject) return undefined;
    if (this.#plane.now - session.movedAt > this.#plane.limits.sessionIdleMillis / 10) this.#move(session);
    if (this.#plane.alone) return session;
    this.#used.add(id);
    return session;
  }

  /** A session whose client need not prove anything now. */
  known(id: string): HttpSession | undefined {
    return this.#byId.get(id);
  }

  /** Ends the sessions a worker has opened that is no more: their streams are gone. */
  lost(worker: number): void {
    for (const { id, owner } of this.#byId.values()) if (owner === worker) this.ended(id);
  }

  /** How many sessions a subject has. */
  countOf(subject: string): number {
    return this.#bySubject.get(subject) ?? 0;
  }

  /** A session nobody knows yet. */
  create(subject: string): HttpSession {
    const session = this.#add(randomBytes(16).toString('hex'), subject);
    if (!this.#plane.alone) session.slot = this.#plane.inFlight.take();
    return session;
  }

  /** Resolves when every worker can serve the session. */
  async publish(session: HttpSession): Promise<void> {
    if (this.#plane.alone) return;
    const { id, owner, slot, subject, client, upstream } = session;
    const known = new Promise<void>((resolve) => this.#waiting.set(id, resolve));
    this.#post({ type: 'session-opened', record: { id, owner, slot, subject, client, upstream } });
    await known;
  }

  /** Every worker has stored what `publish` sent. */
  published(id: string): void {
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }

  /** Stores a session another worker opened. */
  adopt({ id, owner, slot, subject, client, upstream }: SessionRecord): void {
    Object.assign(this.#add(id, subject), { owner, slot, client, upstream });
    this.#post({ type: 'session-stored', id });
  }

  /** Ends a session everywhere. */
  end(session: HttpSession): void {
    session.end();
    this.#forget(session);
    if (!this.#plane.alone) this.#post({ type: 'session-ended', id: session.id });
  }

  /** Another worker ended it, upstream too. */
  ended(id: string): void {
    const session = this.#byId.get(id);
    if (session === undefined) return;
    session.upstream = undefined;
    session.end();
    this.#forget(session);
  }

  touched(ids: readonly string[]): void {
    const now = performance.now();
    for (const id of ids) {
      const session = this.#byId.get(id);
      if (session === undefined) continue;
      session.lastUsed = now;
      this.#move(session);
    }
  }

  /** Ends what has been idle too long, of the sessions opened here. */
  sweep(now: number): void {
    const { sessionIdleMillis } = this.#plane.limits;
    for (const session of this.#byId.values()) {
      if (now - session.movedAt <= sessionIdleMillis) break;
      if (session.owner !== this.#plane.index) continue;
      if (session.inFlight === 0 && now - session.lastUsed > sessionIdleMillis) this.end(session);
    }
    if (this.#used.size === 0 || now - this.#lastBroadcast < sessionIdleMillis / 10) return;
    this.#lastBroadcast = now;
    this.#post({ type: 'sessions-used', ids: [...this.#used] });
    this.#used.clear();
  }

  #add(id: string, subject: string): HttpSession {
    const maxInFlight = this.#plane.limits.inFlight;
    const session = new HttpSession(this.#plane, { id, subject, transport: 'http', maxInFlight });
    this.#byId.set(id, session);
    this.#bySubject.set(subject, this.countOf(subject) + 1);
    return session;
  }

  /** It is in use. */
  #move(session: HttpSession): void {
    session.movedAt = this.#plane.now;
    session.lastUsed = Math.max(session.lastUsed, session.movedAt);
    this.#byId.delete(session.id);
    this.#byId.set(session.id, session);
  }

  #forget({ id, subject, owner, slot }: HttpSession): void {
    if (!this.#byId.delete(id)) return;
    if (owner === this.#plane.index && slot >= 0) this.#plane.inFlight.release(slot);
    this.#used.delete(id);
    const left = this.countOf(subject) - 1;
    if (left > 0) this.#bySubject.set(subject, left);
    else this.#bySubject.delete(subject);
  }
}
