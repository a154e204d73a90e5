import type { Case } from '../case.ts';
import { selftestTransports } from '../endpoint.ts';
import { countOf } from '../expectation.ts';

const rate = 1000;
const requests = 400;
const every = 20;
const timeoutMillis = 400;
/** Not over HTTPS: its handshakes, two dozen within 400 ms, would be what is measured. */
const transports = selftestTransports.filter((transport) => transport !== 'https');
/** Over HTTP a lost request keeps its connection until its time-out, and takes it with it. */
const connections = requests / every + 10;

/** Replies that never come: each must end as a time-out, and nothing else may. */
export function losses(): Case {
  const lost = requests / every;
  return {
    says: `${requests} requests, of which one in ${every} is never answered; time-out ${timeoutMillis} ms`,
    spacing: 1000 / rate,
    transports,
    behaviour: { kind: 'loss', service: 1, every },
    load: { rate, requests, connections, timeout: timeoutMillis / 1000 },
    expected: ({ result: { metrics } }) => [
      countOf('ok', requests - lost, metrics.outcomes.ok),
      countOf('timeout', lost, metrics.outcomes.timeout),
      countOf('late or duplicate replies', 0, metrics.correlation.late + metrics.correlation.duplicate),
    ],
  };
}
