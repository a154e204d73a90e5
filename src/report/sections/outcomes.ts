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
  const redirects = Object.keys(result.metrics.httpStatus ?? {}).some((status) => status.startsWith('3'));
  return [
    style.strong('Outcomes'),
    ...table(['class', 'count', 'share', 'p50', 'max', 'codes'], rows),
    ...(redirects ? [style.faint('    try: redirects are not followed, give the address they name as --target')] : []),
  ];
}

function codes({ metrics, target }: RunResult, name: OutcomeClass): string {
  const { rpcErrors = {}, httpStatus = {}, httpStatusByEra = { [target.era]: httpStatus } } = metrics;
  if (name === 'rpc_error') return listed(rpcErrors);
  if (name !== 'http_status') return '';
  return Object.entries(httpStatusByEra)
    .map(([era, counts]) => `${era}: ${listed(counts)}`)
    .join('; ');
}

/** The most frequent first. */
function listed(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([, a], [, b]) => b - a)
    .map(([code, count]) => `${code} × ${formatCount(count)}`)
    .join(', ');
}
