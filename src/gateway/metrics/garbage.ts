import { constants, PerformanceObserver } from 'node:perf_hooks';
import type { Counters } from '../counters.ts';
import { collections } from './sources.ts';

const kindByNumber = new Map<number, (typeof collections)[number]>([
  [constants.NODE_PERFORMANCE_GC_MINOR, 'minor'],
  [constants.NODE_PERFORMANCE_GC_MAJOR, 'major'],
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL, 'incremental'],
  [constants.NODE_PERFORMANCE_GC_WEAKCB, 'weak_callbacks'],
]);

interface Collection extends PerformanceEntry {
  readonly detail?: { readonly kind: number };
}

/** Counts this thread's pauses of garbage collection from now on. */
export function countCollections(counters: Counters): PerformanceObserver {
  const observer = new PerformanceObserver((list) => {
    const entries: Collection[] = list.getEntries();
    for (const { duration, detail } of entries) {
      const kind = kindByNumber.get(detail?.kind ?? 0) ?? 'other';
      counters.collected(collections.indexOf(kind), duration);
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  return observer;
}
