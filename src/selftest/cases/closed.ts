import type { Case, Depth } from '../case.ts';
import { mainTransports } from '../endpoint.ts';
import { countOf, timesOf } from '../expectation.ts';
import { closedLoop } from '../truth.ts';
import { frozenLoad } from './freeze.ts';

/** The same stalls in a closed loop, which hides them up to p99: the report must say that it is one. */
export function closed(depth: Depth): Case {
  const { service, stall, period } = frozenLoad;
  const connections = 10;
  return {
    says: `the same server in a closed loop of ${connections} connections, which sees next to nothing of the stalls`,
    spacing: service,
    transports: mainTransports,
    behaviour: { kind: 'freeze', service, stall, period },
    load: { connections, warmup: period / 2000, seconds: depth === 'full' ? 10 : 2 },
    expected: ({ result }) => [
      ...timesOf(result.metrics.responseTime, ['p50', 'p90', 'p99', 'p999'], (p) => closedLoop(p, frozenLoad)),
      countOf('“closed loop: stalls are hidden”', 1, result.warnings.filter(isLabel).length),
    ],
  };
}

function isLabel({ code, message }: { readonly code: string; readonly message: string }): boolean {
  return code === 'closed_loop' && /stalls .*are hidden/.test(message);
}
