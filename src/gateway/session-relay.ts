import type { FromWorker, ToWorker } from './protocol.ts';

type SessionNews = Extract<FromWorker, { type: `session${string}` }>;

/**
 * Carries session news between workers, in main. A worker that opened a session hears `session-known` once all others have
 * stored it; a worker that dies is no longer waited for.
 */
export class SessionRelay {
  readonly #send: (to: number, message: ToWorker) => void;
  readonly #workers = new Set<number>();
  readonly #unknown = new Map<string, { readonly opener: number; readonly waitingFor: Set<number> }>();

  constructor(send: (to: number, message: ToWorker) => void) {
    this.#send = send;
  }

  join(worker: number): void {
    this.#workers.add(worker);
  }

  leave(worker: number): void {
    this.#workers.delete(worker);
    for (const other of this.#workers) this.#send(other, { type: 'sessions-lost', worker });
    for (const id of this.#unknown.keys()) this.#stored(worker, id);
  }

  receive(from: number, news: SessionNews): void {
    if (news.type === 'session-stored') return this.#stored(from, news.id);
    const others = [...this.#workers].filter((worker) => worker !== from);
    if (news.type === 'session-hops') {
      const { to, hops } = news;
      if (to !== 'others' && !this.#workers.has(to)) return this.#send(from, { type: 'sessions-lost', worker: to });
      for (const worker of others)
        if (to === 'others' || to === worker) this.#send(worker, { type: 'session-hops', from, hops });
      return;
    }
    if (news.type === 'session-opened') {
      this.#unknown.set(news.record.id, { opener: from, waitingFor: new Set(others) });
      this.#settle(news.record.id);
    }
    for (const worker of others) this.#send(worker, news);
  }

  #stored(worker: number, id: string): void {
    this.#unknown.get(id)?.waitingFor.delete(worker);
    this.#settle(id);
  }

  #settle(id: string): void {
    const entry = this.#unknown.get(id);
    if (entry === undefined || entry.waitingFor.size > 0) return;
    this.#unknown.delete(id);
    this.#send(entry.opener, { type: 'session-known', id });
  }
}
