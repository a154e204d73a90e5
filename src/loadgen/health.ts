import { readFileSync } from 'node:fs';
import { PerformanceObserver } from 'node:perf_hooks';
import { now } from './clock.ts';

/** Shorter gaps are what schedulers do all day. */
const leastStall = 50;

/**
 * Gaps in which this thread did not run though it had asked to be woken: stopped by a signal, or with the whole machine.
 * Time it was at work itself is not a gap, nor is time another program had its core (`CpuWait`).
 */
export class Stalls {
  readonly #cpu: () => number;
  readonly #wait: () => number;
  #at: number;
  #cpuMillis: number;
  #waitMillis: number;
  #total = 0;
  #longest = 0;
  #longestAt = 0;

  /** `at`: ms of this thread's clock; `cpu`, `wait`: ms this thread has been at work, and ready to be. */
  constructor(at = now(), cpu = threadCpuMillis, wait = () => runQueueMillis() ?? 0) {
    this.#cpu = cpu;
    this.#wait = wait;
    this.#at = at;
    this.#cpuMillis = cpu();
    this.#waitMillis = wait();
  }

  /** Awake at `at`, as was asked for at `due`. */
  woken(at: number, due: number): void {
    const cpu = this.#cpu();
    const wait = this.#wait();
    const gap = at - this.#at - Math.max(due - this.#at, cpu - this.#cpuMillis) - (wait - this.#waitMillis);
    this.#at = at;
    this.#cpuMillis = cpu;
    this.#waitMillis = wait;
    if (gap < leastStall) return;
    this.#total += gap;
    if (gap <= this.#longest) return;
    this.#longest = gap;
    this.#longestAt = at - gap;
  }

  /** Since the last call, ms; `at`: when the longest began. */
  take(): { readonly total: number; readonly longest: number; readonly at: number } {
    const taken = { total: this.#total, longest: this.#longest, at: this.#longestAt };
    this.#total = 0;
    this.#longest = 0;
    return taken;
  }
}

function threadCpuMillis(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1000;
}

/** How long this thread was ready to run and had no core: Linux counts it. */
export class CpuWait {
  #last = runQueueMillis();

  /** ms since the last call; null = not known on this system. */
  take(): number | null {
    const before = this.#last;
    this.#last = runQueueMillis();
    return this.#last === null || before === null ? null : this.#last - before;
  }
}

/** /proc/thread-self/schedstat: ns on a core, ns waiting for one, number of turns. */
function runQueueMillis(): number | null {
  try {
    return Number(readFileSync('/proc/thread-self/schedstat', 'utf8').split(' ')[1]) / 1e6;
  } catch {
    return null;
  }
}

export interface GcTotals {
  count: number;
  totalMillis: number;
  maxMillis: number;
}

/** Counts the garbage collections of this thread from now on. */
export function observeGc(): GcTotals {
  const totals: GcTotals = { count: 0, totalMillis: 0, maxMillis: 0 };
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) {
      totals.count++;
      totals.totalMillis += duration;
      totals.maxMillis = Math.max(totals.maxMillis, duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return totals;
}
