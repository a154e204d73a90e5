import type { CrossCheckFigures } from '../../results/cross-check.ts';
import type { Distribution, PercentileKey, RunResult } from '../../results/result.ts';
import { formatCount } from '../../units.ts';
import { percentile, responsePercentile } from '../percentile.ts';
import type { Style } from '../style.ts';
import { table } from '../table.ts';

const keys = ['p50', 'p90', 'p99'] as const satisfies readonly PercentileKey[];

/** The same load by another program, beside ours. Its time is to be compared with our service time. */
export function crossCheckSection(result: RunResult, style: Style): string[] {
  const { crossCheck } = result;
  if (crossCheck === undefined) return [];
  const { driver, version, figures, failure = 'unknown' } = crossCheck;
  const title = `Cross-check with ${driver} ${version}`;
  if (figures === undefined) return [style.strong(title), `  ${style.bad('✗')} no figures: ${failure}`];
  const rows = [...ownRows(result), otherRow(driver, figures)];
  return [
    style.strong(title),
    ...table(['driver', 'time', 'requests/s', ...keys, 'max', 'errors'], rows, 2),
    ...differences(result).map((line) => style.faint(`  ${line}`)),
  ];
}

function ownRows({ metrics }: RunResult): string[][] {
  const { responseTime, serviceTime, requests, outcomes, throughputPerSecond } = metrics;
  const errors = formatCount(requests.planned - outcomes.ok);
  const row = (driver: string, time: string, cells: string[], own: Distribution) => [
    ...[driver, time, driver === '' ? '' : formatCount(Math.round(throughputPerSecond))],
    ...[...cells, percentile(own, 'max'), driver === '' ? '' : errors],
  ];
  return [
    row(
      'mcpb',
      'response',
      keys.map((key) => responsePercentile(metrics, key)),
      responseTime,
    ),
    row(
      '',
      'service',
      keys.map((key) => percentile(serviceTime, key)),
      serviceTime,
    ),
  ];
}

function otherRow(driver: string, { throughputPerSecond, latency, requests }: CrossCheckFigures): string[] {
  return [
    driver,
    'from write',
    formatCount(Math.round(throughputPerSecond)),
    ...[...keys, 'max' as const].map((key) => wholeMillis(latency[key])),
    formatCount(requests.errors + requests.non2xx),
  ];
}

/** It rounds down. */
function wholeMillis(micros: number): string {
  return micros < 1000 ? '< 1 ms' : `${formatCount(micros / 1000)} ms`;
}

function differences({ model }: RunResult): string[] {
  return [
    ...(model === 'closed'
      ? ['Both send the next request after the reply: neither shows a stall as users would wait in it.']
      : [
          'mcpb sends when a request is due and counts from then. autocannon has each connection send its',
          'requests of a second one after the other as the second begins, and counts from the write: it',
          'waits while the target stalls (coordinated omission), or is done before the stall begins.',
        ]),
    'autocannon counts whole milliseconds and takes any 2xx for success: it reads no reply. Its errors',
    'are failed connections, time-outs and other statuses; a request that is lost as the target closes',
    'its connection is none.',
  ];
}
