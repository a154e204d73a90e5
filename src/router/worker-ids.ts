const idsPerWorker = 2 ** 40;

/** The worker that gave an id; below 0 or none where nobody did. */
export function workerOf(id: number): number {
  return Math.floor(id / idsPerWorker);
}

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
