import type { Case, Depth } from '../case.ts';
import { mainTransports, selftestTransports, serialTransports } from '../endpoint.ts';
import { countOf } from '../expectation.ts';

const requests = 400;
const every = 20;

/** Replies that come twice: over HTTP a connection carries one reply for one request. */
export function duplicates(depth: Depth): Case {
  const transports = depth === 'full' ? selftestTransports : mainTransports;
  return {
    says: `${requests} requests, of which one in ${every} is answered twice`,
    spacing: 1,
    transports: transports.filter((one) => !serialTransports.has(one)),
    behaviour: { kind: 'duplicate', service: 1, every },
    load: { rate: 1000, requests, connections: 1, timeout: 10 },
    expected: ({ result: { metrics } }) => [
      countOf('ok', requests, metrics.outcomes.ok),
      countOf('duplicate replies', requests / every, metrics.correlation.duplicate),
      countOf('unknown ids', 0, metrics.correlation.unknownId),
    ],
  };
}
