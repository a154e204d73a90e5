import type { RunResult } from '../../results/result.ts';
import { formatCount, formatDuration, formatPercent } from '../../units.ts';
import { stageName } from '../marks.ts';
import { legend, responsePercentile } from '../percentile.ts';
import type { Style } from '../style.ts';
import { table } from '../table.ts';

const keys = ['p50', 'p95', 'p99'] as const;

/** A staged run is read by its stages. */
export function stagesSection(result: RunResult, style: Style): string[] {
  if (result.stages.length < 2) return [];
  const rows = result.stages.map((stage, index) => [
    stageName(result, index),
    formatDuration(stage.to - stage.from),
    formatCount(stage.target),
    formatCount(stage.metrics.requests.planned),
    formatCount(stage.metrics.throughputPerSecond),
    formatPercent(stage.metrics.errorRate),
    ...keys.map((key) => responsePercentile(stage.metrics, key)),
  ]);
  return [
    `${style.strong('Stages')} (response time)`,
    ...table(['stage', 'length', 'level', 'requests', 'ok/s', 'errors', ...keys], rows),
    ...legend(
      rows.flat(),
      result.stages.map(({ metrics }) => metrics.responseTime),
      keys,
    ).map((line) => style.faint(line)),
  ];
}
