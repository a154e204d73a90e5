import { randomBytes } from 'node:crypto';
import type { DataPlane } from './data-plane.ts';
import type { FromWorker, SessionRecord } from './protocol.ts';
import { Session } from './session.ts';

/**
 * The HTTP sessions of the gateway, as one worker knows them: all of them, so that any worker serves any POST. A new one is
 * broadcast before its `initialize` is answered; which were used is broadcast now and then, so that all expire alike.
 */
export class SessionStore {
  readonly #plane: DataPlane;
  readonly #post: (message: FromWorker) => void;
  /** Moved longest ago first, so that the first ones are all that may have been idle too long. */
  readonly #byId = new Map<string, Session>();
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
  find(id: string, subject: string): Session | undefined {
    const session = this.#byId.get(id);
    if (session?.subject !== subject) return undefined;
    if (this.#plane.now - session.movedAt > this.#plane.limits.sessionIdleMillis / 10) this.#move(session);
    if (this.#plane.alone) return session;
    this.#used.add(id);
    return session;
  }

  /** A session nobody knows yet; undefined when there are as many as allowed. */
  create(subject: string): Session | undefined {
    if (this.#byId.size >= this.#plane.limits.sessions) return undefined;
    return this.#add(randomBytes(16).toString('hex'), subject);
  }

  /** Resolves when every worker can serve the session. */
  async publish(session: Session): Promise<void> {
    if (this.#plane.alone) return;
    const { id, subject, client, upstream } = session;
    const known = new Promise<void>((resolve) => this.#waiting.set(id, resolve));
    this.#post({ type: 'session-opened', record: { id, subject, client, upstream } });
    await known;
  }

  /** Every worker has stored what `publish` sent. */
  published(id: string): void {
    this.#waiting.get(id)?.();
    this.#waiting.delete(id);
  }

  /** Stores a session another worker opened. */
  adopt({ id, subject, client, upstream }: SessionRecord): void {
    Object.assign(this.#add(id, subject), { client, upstream });
    this.#post({ type: 'session-stored', id });
  }

  /** Ends a session everywhere. */
  end(session: Session): void {
    session.end();
    this.#forget(session.id);
    if (!this.#plane.alone) this.#post({ type: 'session-ended', id: session.id });
  }

  /** Another worker ended it, upstream too. */
  ended(id: string): void {
    const session = this.#byId.get(id);
    if (session !== undefined) session.upstream = undefined;
    session?.end();
    this.#forget(id);
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

  /** Ends what has been idle too long. */
  sweep(now: number): void {
    const { sessionIdleMillis } = this.#plane.limits;
    for (const session of this.#byId.values()) {
      if (now - session.movedAt <= sessionIdleMillis) break;
      if (session.inFlight === 0 && now - session.lastUsed > sessionIdleMillis) this.end(session);
    }
    if (this.#used.size === 0 || now - this.#lastBroadcast < sessionIdleMillis / 10) return;
    this.#lastBroadcast = now;
    this.#post({ type: 'sessions-used', ids: [...this.#used] });
    this.#used.clear();
  }

  #add(id: string, subject: string): Session {
    const maxInFlight = this.#plane.limits.inFlight;
    const session = new Session(this.#plane, { id, subject, transport: 'http', maxInFlight });
    this.#byId.set(id, session);
    return session;
  }

  /** It is in use. */
  #move(session: Session): void {
    session.movedAt = this.#plane.now;
    session.lastUsed = Math.max(session.lastUsed, session.movedAt);
    this.#byId.delete(session.id);
    this.#byId.set(session.id, session);
  }

  #forget(id: string): void {
    this.#byId.delete(id);
    this.#used.delete(id);
  }
}
