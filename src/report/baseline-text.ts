import type { Baseline } from '../regression/baseline.ts';
import type { BaselineSummary } from '../regression/baseline-store.ts';
import { formatCount, formatPercent } from '../units.ts';
import { percentile } from './percentile.ts';
import type { Style } from './style.ts';
import { pairs, table } from './table.ts';

/** One line a baseline. */
export function renderBaselineList(baselines: readonly BaselineSummary[], directory: string): string {
  if (baselines.length === 0) return `no baseline in ${directory}; record one: mcpb baseline save SCENARIO\n`;
  const rows = baselines.map((one) => [
    one.scenario,
    one.speed === 1 ? 'full' : `×${one.speed}`,
    one.machineClass,
    String(one.sessions),
    String(one.runs),
    one.newest.slice(0, 16).replace('T', ' '),
  ]);
  return `${table(['scenario', 'speed', 'machine class', 'sessions', 'runs', 'newest'], rows, 3).join('\n')}\n`;
}

/** A baseline with a line for each run. */
export function renderBaseline(baseline: Baseline, style: Style): string {
  const { environment, scenario } = baseline;
  const rows = baseline.sessions.flatMap(({ id, runs }) =>
    runs.map((run) => [
      id.slice(0, 8),
      run.startedAt.slice(0, 16).replace('T', ' '),
      formatCount(run.metrics.requests.planned),
      formatCount(run.metrics.throughputPerSecond),
      formatPercent(run.metrics.errorRate),
      percentile(run.metrics.targetTime, 'p50'),
      percentile(run.metrics.targetTime, 'p95'),
      percentile(run.metrics.targetTime, 'p99'),
      run.targetProcess?.cpuMicrosPerRequest?.toFixed(1) ?? '–',
    ]),
  );
  const lines = [
    `${style.strong(scenario.name)}${baseline.speed === 1 ? '' : ` at --speed ${baseline.speed}`}`,
    ...pairs([
      ['machine class', environment.class],
      [
        'machine',
        `${environment.cpuModel}, ${environment.cores} cores, kernel ${environment.kernel}, Node ${environment.node}`,
      ],
      ['recorded by', baseline.createdBy],
      ...(baseline.accepted === undefined
        ? []
        : [['accepted', `${baseline.accepted.reason} (${baseline.accepted.at})`] as const]),
    ]),
    '',
    ...table(['session', 'start', 'requests', 'ok/s', 'errors', 'p50', 'p95', 'p99', 'CPU µs'], rows, 2),
    style.faint('  p50 … p99: target time'),
  ];
  return `${lines.join('\n')}\n`;
}
