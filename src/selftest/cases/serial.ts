import type { Case, Depth } from '../case.ts';
import { mainTransports } from '../endpoint.ts';
import { timesOf } from '../expectation.ts';
import { queued } from '../truth.ts';

const load = { rate: 500, service: 1, stall: 200, period: 5000 } as const;
const periods = 4;

/** A worker that is busy with one request at a time and works off what piled up during a stall. */
export function serial(depth: Depth): Case {
  const { rate, service, stall, period } = load;
  return {
    says: `${rate} arrivals/s, one at a time takes ${service} ms of work, none is begun for ${stall} ms in ${period}`,
    spacing: 1000 / rate,
    transports: depth === 'full' ? mainTransports : [],
    behaviour: { kind: 'serial', service, stall, period },
    load: { rate, connections: 10, warmup: period / 2000, seconds: (periods * period) / 1000 },
    expected: ({ result }) =>
      timesOf(result.metrics.responseTime, ['p50', 'p90', 'p99', 'p999'], (p) => queued(p, load)),
  };
}
