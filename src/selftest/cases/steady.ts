import type { Case, Depth } from '../case.ts';
import { mainTransports } from '../endpoint.ts';
import { timesOf } from '../expectation.ts';

const rate = 1000;
const service = 1;

/** Nothing ever happens: what is measured above the delay is our own. */
export function steady(depth: Depth): Case {
  return {
    says: `${rate} arrivals/s, each answered after ${service} ms`,
    spacing: 1000 / rate,
    transports: depth === 'full' ? mainTransports : [],
    behaviour: { kind: 'delay', service },
    load: { rate, connections: 10, warmup: 1, seconds: 10 },
    expected: ({ result }) => timesOf(result.metrics.responseTime, ['p50', 'p90', 'p99'], () => service),
  };
}
