import type { Case, Depth } from '../case.ts';
import { mainTransports } from '../endpoint.ts';
import { timesOf } from '../expectation.ts';
import { quantile, stopped } from '../truth.ts';

const rate = 1000;
const service = 1;
const stop = { after: 500, stop: 100, period: 1000 } as const;

/** The server's process gets no processor at all; the truth follows from when it was stopped and let go on. */
export function stops(depth: Depth): Case {
  const [warmup, seconds] = [0.2, depth === 'full' ? 10 : 3];
  return {
    says: `${rate} arrivals/s, each answered after ${service} ms by a process that SIGSTOP holds for ${stop.stop} ms in ${stop.period}`,
    spacing: 1000 / rate,
    transports: mainTransports,
    behaviour: { kind: 'delay', service },
    load: { rate, connections: 10, warmup, seconds },
    stops: stop,
    expected: ({ result, startAt, stops }) => {
      const planned = Array.from({ length: rate * seconds }, (_, n) => startAt + 1000 * (warmup + n / rate));
      const sorted = stopped(planned, stops, service);
      return timesOf(result.metrics.responseTime, ['p50', 'p90', 'p99'], (p) => quantile(sorted, p));
    },
  };
}
