import type { Case, Depth } from '../case.ts';
import { mainTransports, selftestTransports } from '../endpoint.ts';
import { timesOf } from '../expectation.ts';
import { frozen } from '../truth.ts';

export const frozenLoad = { rate: 1000, service: 1, stall: 100, period: 1000 } as const;

/** Arrivals of one stall: over HTTP each waits on a connection of its own, which should stand before. */
const mostWaiting = (frozenLoad.rate * frozenLoad.stall) / 1000;

/** The case that generators get wrong: everybody who arrives during a stall waits, and must be seen to wait. */
export function freeze(depth: Depth): Case {
  const { rate, service, stall, period } = frozenLoad;
  const periods = depth === 'full' ? 30 : 10;
  return {
    says: `${rate} arrivals/s, each answered after ${service} ms, but for ${stall} ms in ${period} nothing is taken up`,
    spacing: 1000 / rate,
    precision: 3,
    transports: depth === 'full' ? selftestTransports : mainTransports,
    behaviour: { kind: 'freeze', service, stall, period },
    load: { rate, connections: 1.2 * mostWaiting, warmup: period / 2000, seconds: (periods * period) / 1000 },
    expected: ({ result }) =>
      timesOf(result.metrics.responseTime, ['p50', 'p90', 'p99', 'p999'], (p) => frozen(p, periods, frozenLoad)),
  };
}
