const idsPerWorker = 2 ** 40;

/** Ids of requests that no other worker uses: several may share a session, upstream or with a client. */
export class WorkerIds {
  #last: number;

  constructor(worker: number) {
    this.#last = worker * idsPerWorker;
  }

  next(): number {
    return ++this.#last;
  }
}
