import type { Case, Depth } from '../case.ts';
import { mainTransports } from '../endpoint.ts';
import { countOf, timeOf, timesOf } from '../expectation.ts';

const rate = 1000;

/** Nothing ever happens: what is measured above the delay is our own. Over HTTPS, which has no losses, it is the quick case. */
export function steady(depth: Depth): Case {
  return depth === 'full' ? steadyFor(1, 10) : briefly();
}

/** A median that any machine lets be told, and that none of the service time may be missing from. */
function briefly(): Case {
  const [service, seconds] = [5, 2];
  return {
    ...steadyFor(service, seconds),
    transports: ['https'],
    expected: ({ result: { metrics } }) => [
      countOf('ok', rate * seconds, metrics.outcomes.ok),
      timeOf('p50', service, 4, metrics.responseTime.p50),
    ],
  };
}

function steadyFor(service: number, seconds: number): Case {
  return {
    says: `${rate} arrivals/s, each answered after ${service} ms`,
    spacing: 1000 / rate,
    transports: [...mainTransports, 'https'],
    behaviour: { kind: 'delay', service },
    load: { rate, connections: 20, warmup: 1, seconds },
    expected: ({ result }) => timesOf(result.metrics.responseTime, ['p50', 'p90', 'p99'], () => service),
  };
}
