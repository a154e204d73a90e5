import type { Case, Depth } from '../case.ts';
import { mainTransports, selftestTransports, serialTransports } from '../endpoint.ts';
import { countOf, timesOf } from '../expectation.ts';

const requests = 400;
const every = 4;
const rate = 1000;

/** Replies that overtake each other: each must be charged to its own request. */
export function reordering(depth: Depth): Case {
  const transports = depth === 'full' ? selftestTransports : mainTransports;
  return {
    says: `${requests} requests, of which one in ${every} is answered behind the one that follows it`,
    spacing: 1000 / rate,
    // Requests that come over a connection each, as with `sse`, have no order to begin with.
    transports: transports.filter((one) => !serialTransports.has(one) && one !== 'sse'),
    behaviour: { kind: 'reorder', service: 1, every },
    load: { rate, requests, connections: 1, timeout: 10 },
    expected: ({ result: { metrics } }) => [
      countOf('ok', requests, metrics.outcomes.ok),
      countOf('replies out of order', requests / every, metrics.correlation.outOfOrder),
      // A quarter waits for the next arrival besides.
      ...timesOf(metrics.responseTime, ['p50', 'p90'], (p) => (p < 1 - 1 / every ? 1 : 1 + 1000 / rate)),
    ],
  };
}
