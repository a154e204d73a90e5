import { generatorShare } from '../metrics/generator-share.ts';
import type { PercentileKey, RunResult } from '../results/result.ts';
import { formatBytes, formatCount, formatMicros } from '../units.ts';
import { isGeneratorLimited } from './marks.ts';
import type { Style } from './style.ts';
import { table } from './table.ts';

const protocols: Readonly<Record<string, string>> = { websocket: 'WebSocket', tcp: 'Binary TCP', http: 'HTTP' };
const latencies = [
  ['P50 latency', 'p50'],
  ['P95 latency', 'p95'],
  ['P99 latency', 'p99'],
  ['P99.9 latency', 'p999'],
] as const satisfies readonly (readonly [string, PercentileKey])[];

/** Several results side by side: throughput by protocol and connections, response time by transport. Repeated runs are given by their median. */
export function renderGuideTables(results: readonly RunResult[], style: Style): string {
  const groups = [...Map.groupBy(results, (run) => `${run.scenario.name}\0${run.target.transport}`).values()];
  const lines = [
    style.strong('Throughput'),
    ...table(['protocol', 'connections', 'RPS', 'CPU', 'memory', 'scenario', 'runs'], groups.map(throughputRow)),
    '',
    `${style.strong('Latency')} (response time)`,
    ...table(['', ...groups.map((runs) => columnName(runs[0], results))], latencyRows(groups)),
    ...notes(results).map((note) => style.faint(`  ${note}`)),
  ];
  return `${lines.join('\n')}\n`;
}

function throughputRow(runs: readonly RunResult[]): string[] {
  const [run] = runs;
  return [
    protocol(run),
    formatCount(middle(runs, (one) => one.metrics.connections.peak) ?? 0),
    `${runs.some(isGeneratorLimited) ? '≥ ' : ''}${formatCount(middle(runs, (one) => one.rps) ?? 0)}`,
    cell(
      middle(runs, (one) => one.targetProcess?.cpuPercent ?? null),
      (value) => `${value.toFixed(0)} %`,
    ),
    cell(
      middle(runs, (one) => one.targetProcess?.rssPeakBytes ?? null),
      formatBytes,
    ),
    run.scenario.name,
    String(runs.length),
  ];
}

function latencyRows(groups: readonly (readonly RunResult[])[]): string[][] {
  return latencies.map(([name, key]) => [
    name,
    ...groups.map((runs) => {
      return cell(
        middle(runs, (run) => run.metrics.responseTime[key]),
        (value) => `${bound(runs, key)}${formatMicros(value)}`,
      );
    }),
  ]);
}

/** `≥`: in some run it falls among requests never answered; `≤`: some generator's own lateness is a good part of it. */
function bound(runs: readonly RunResult[], key: PercentileKey): string {
  if (runs.some(({ metrics }) => metrics.responseTime.bounds?.[key] !== undefined)) return '≥ ';
  const late = runs.some(({ metrics: { responseTime, targetTime } }) => {
    const [response, target] = [responseTime[key], targetTime[key]];
    return response !== null && target !== null && generatorShare(response, target) !== undefined;
  });
  return late ? '≤ ' : '';
}

/** The transport; with its scenario where several have the same. */
function columnName(run: RunResult, all: readonly RunResult[]): string {
  const scenarios = new Set(
    all.filter((one) => one.target.transport === run.target.transport).map((one) => one.scenario.name),
  );
  return scenarios.size > 1 ? `${protocol(run)} ${run.scenario.name}` : protocol(run);
}

function protocol({ target }: RunResult): string {
  return protocols[target.transport] ?? target.transport;
}

/** Lower middle of the known values: a value that one of the runs really had. */
function middle(runs: readonly RunResult[], read: (run: RunResult) => number | null): number | null {
  const known = runs
    .map(read)
    .filter((value) => value !== null)
    .sort((a, b) => a - b);
  return known[(known.length - 1) >> 1] ?? null;
}

function cell(value: number | null, format: (value: number) => string): string {
  return value === null ? '–' : format(value);
}

function notes(results: readonly RunResult[]): string[] {
  const classes = new Set(results.map((run) => run.environment.class));
  const invalid = results.filter((run) => !run.valid).length;
  return [
    ...(results.some((run) => run.model === 'closed') ? ['closed loop: stalls are hidden'] : []),
    ...(classes.size > 1 ? [`the results are from ${classes.size} machine classes: ${[...classes].join(', ')}`] : []),
    ...(invalid > 0 ? [`${invalid} of ${results.length} runs are invalid`] : []),
  ];
}
