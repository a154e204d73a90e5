import { type OutcomeClass, outcomeClasses, type RunResult } from '../../results/result.ts';
import { formatCount, formatPercent } from '../../units.ts';
import { micros } from '../percentile.ts';
import type { Style } from '../style.ts';
import { table } from '../table.ts';

/** How requests ended: the classes that occurred, with the time they took and the codes behind them. */
export function outcomesSection(result: RunResult, style: Style): string[] {
  const { outcomes, requests } = result.metrics;
  const seen = outcomeClasses.filter((name) => outcomes[name] > 0);
  if (seen.length === 0) return [style.strong('Outcomes'), '  no request was planned'];
  const rows = seen.map((name) => {
    const time = result.metrics.latencyByOutcome?.[name];
    return [
      name,
      formatCount(outcomes[name]),
      formatPercent(outcomes[name] / requests.planned),
      micros(time?.p50 ?? null),
      micros(time?.max ?? null),
      codes(result, name),
    ];
  });
  return [style.strong('Outcomes'), ...table(['class', 'count', 'share', 'p50', 'max', 'codes'], rows)];
}

function codes({ metrics }: RunResult, name: OutcomeClass): string {
  const counts = name === 'rpc_error' ? metrics.rpcErrors : name === 'http_status' ? metrics.httpStatus : undefined;
  return Object.entries(counts ?? {})
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${code} × ${formatCount(count)}`)
    .join(', ');
}
