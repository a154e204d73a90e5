import type { DataPlane } from './data-plane.ts';
import { Session } from './session.ts';

/** One session a subject, for its requests without one; of those used last only, as many as allowed. */
export class Sessionless {
  readonly #plane: DataPlane;
  /** Used longest ago first. */
  readonly #bySubject = new Map<string, Session>();
  #latest: Session | undefined = undefined;

  constructor(plane: DataPlane) {
    this.#plane = plane;
  }

  get size(): number {
    return this.#bySubject.size;
  }

  of(subject: string): Session {
    if (this.#latest?.subject === subject) return this.#latest;
    const session = this.#bySubject.get(subject) ?? this.#open(subject);
    this.#bySubject.delete(subject);
    this.#bySubject.set(subject, session);
    this.#latest = session;
    this.#forgetOldest();
    return session;
  }

  /** Ends what has been idle too long. */
  sweep(now: number): void {
    for (const session of this.#bySubject.values()) {
      if (now - session.lastUsed <= this.#plane.limits.sessionIdleMillis) return;
      if (session.inFlight === 0) this.#forget(session);
    }
  }

  #open(subject: string): Session {
    const id = `sessionless-${subject}`;
    return new Session(this.#plane, { id, subject, transport: 'http', maxInFlight: Number.POSITIVE_INFINITY });
  }

  /** What is in flight keeps its session: there may be more than allowed for so long. */
  #forgetOldest(): void {
    for (const session of this.#bySubject.values()) {
      if (this.#bySubject.size <= this.#plane.limits.sessionless) return;
      if (session.inFlight === 0 && session !== this.#latest) this.#forget(session);
    }
  }

  #forget(session: Session): void {
    this.#bySubject.delete(session.subject);
    if (this.#latest === session) this.#latest = undefined;
    session.end();
  }
}
