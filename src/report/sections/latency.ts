import type { OperationMetrics, PercentileKey, RunResult } from '../../results/result.ts';
import { formatCount } from '../../units.ts';
import { isGeneratorLimited, isMixedLoad } from '../marks.ts';
import { legend, percentile, percentileNames, responsePercentile } from '../percentile.ts';
import type { Style } from '../style.ts';
import { table } from '../table.ts';

const keys = ['p50', 'p90', 'p95', 'p99', 'p999'] as const satisfies readonly PercentileKey[];

/** Response and service time of all operations together and of each; nothing where nothing was measured. */
export function latencySection(result: RunResult, style: Style): string[] {
  if (result.metrics.responseTime.count === 0) return [];
  const operations = Object.entries(result.operations);
  const all: readonly (readonly [string, OperationMetrics])[] =
    operations.length === 1 ? [] : [['all', result.metrics]];
  const rows = [...all, ...operations].flatMap(([name, metrics]) => [responseRow(name, metrics), serviceRow(metrics)]);
  const distributions = [...all, ...operations].flatMap(([, metrics]) => [metrics.responseTime, metrics.serviceTime]);
  return [
    style.strong('Latency') + label(result),
    ...table(['operation', 'time', ...keys.map((key) => percentileNames[key]), 'max', 'n'], rows, 2),
    ...legend(rows.flat(), distributions, keys).map((line) => style.faint(line)),
  ];
}

function label(result: RunResult): string {
  const labels = [
    isMixedLoad(result) ? 'whole run, mixed load' : '',
    isGeneratorLimited(result) ? 'generator-bound' : '',
  ].filter(Boolean);
  return labels.length === 0 ? '' : ` (${labels.join('; ')})`;
}

function responseRow(name: string, metrics: OperationMetrics): string[] {
  const { responseTime } = metrics;
  return [
    name,
    'response',
    ...keys.map((key) => responsePercentile(metrics, key)),
    percentile(responseTime, 'max'),
    formatCount(responseTime.count),
  ];
}

function serviceRow({ serviceTime }: OperationMetrics): string[] {
  return [
    '',
    'service',
    ...keys.map((key) => percentile(serviceTime, key)),
    percentile(serviceTime, 'max'),
    formatCount(serviceTime.count),
  ];
}
