import type { HeapProfiler, Profiler } from 'node:inspector';
import type { Census } from './census.ts';

/** What main asks of a worker, beside its counters. */
export type Question =
  | { readonly kind: 'census' }
  /** A CPU profile of the next so many seconds. */
  | { readonly kind: 'cpu'; readonly seconds: number }
  /** What is on the heap now. */
  | { readonly kind: 'heap' };

export type Answer =
  | { readonly kind: 'census'; readonly census: Census }
  | { readonly kind: 'cpu'; readonly profile: Profiler.Profile }
  | { readonly kind: 'heap'; readonly profile: HeapProfiler.SamplingHeapProfile };

/** What a thread answered; `main`, `worker-0`, … */
export interface ThreadAnswer {
  readonly thread: string;
  readonly answer: Answer;
}

interface Asked {
  readonly type: 'ask';
  readonly id: number;
  readonly question: Question;
}

/** Questions under way, seen from main. */
export class Inquiries {
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;

  /** Undefined when no answer has come within `millis`. */
  ask(send: (message: Asked) => void, question: Question, millis: number): Promise<Answer | undefined> {
    const id = ++this.#last;
    return new Promise((resolve) => {
      const give = (answer?: Answer): void => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(answer);
      };
      const timer = setTimeout(give, millis);
      this.#waiting.set(id, give);
      send({ type: 'ask', id, question });
    });
  }

  answered(id: number, answer: Answer): void {
    this.#waiting.get(id)?.(answer);
  }
}
