import type { Case } from '../case.ts';
import { selftestTransports } from '../endpoint.ts';
import { countOf, timeOf } from '../expectation.ts';

const rate = 1000;
/** Of a median that the time-outs were counted into, or left at 0, nothing may pass. */
const service = 5;
const medianWithinMillis = 4;
const requests = 400;
const every = 20;
const timeoutMillis = 400;
/** Over HTTP a lost request keeps its connection until its time-out, and takes it with it. */
const connections = requests / every + 10;
/** Not over HTTPS: its handshakes, two dozen within 400 ms, would be what is measured. */
const transports = selftestTransports.filter((transport) => transport !== 'https');
/** Whether the time of a request is out is looked at every 50 ms, and that may be late. */
const foundWithinMillis = 2 * 50;

/** Replies that never come: each must end as a time-out, of which no more is told than that it took so long at least. */
export function losses(): Case {
  const lost = requests / every;
  return {
    says: `${requests} requests, of which one in ${every} is never answered; time-out ${timeoutMillis} ms`,
    spacing: 1000 / rate,
    transports,
    behaviour: { kind: 'loss', service, every },
    load: { rate, requests, connections, timeout: timeoutMillis / 1000 },
    expected: ({ result: { metrics } }) => {
      const { timeout } = metrics.latencyByOutcome ?? {};
      const { bounds, ...responseTime } = metrics.responseTime;
      return [
        countOf('ok', requests - lost, metrics.outcomes.ok),
        countOf('timeout', lost, metrics.outcomes.timeout),
        countOf('late or duplicate replies', 0, metrics.correlation.late + metrics.correlation.duplicate),
        timeOf('p50', service, medianWithinMillis, responseTime.p50),
        timeOf('max', timeoutMillis, foundWithinMillis, responseTime.max),
        countOf('“≥” at p50', 0, bounds?.p50 === '>=' ? 1 : 0),
        countOf('“≥” at the maximum', 1, bounds?.max === '>=' ? 1 : 0),
        timeOf('mean of the time-outs', timeoutMillis, foundWithinMillis, timeout?.mean ?? null),
        countOf('time-outs before their time', 0, (timeout?.min ?? 0) < 1000 * timeoutMillis ? 1 : 0),
      ];
    },
  };
}
