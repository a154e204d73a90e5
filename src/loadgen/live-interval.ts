import type { Total } from '../metrics/distribution.ts';
import { generatorShare } from '../metrics/generator-share.ts';
import type { LiveInterval } from '../metrics/live.ts';
import type { TimelineRow } from '../metrics/timeline.ts';
import type { Plan } from '../scenario/plan.ts';
import { formatMicros } from '../units.ts';
import { abortFinding } from './abort.ts';
import { latenessLimits } from './lateness.ts';
import { mostSuspendedMillis } from './rules.ts';
import type { RunRecord } from './run-record.ts';

/** A row of the timeline as people see it while the run goes on. */
export function liveInterval(plan: Plan, row: TimelineRow, record: RunRecord): LiveInterval {
  const second = Math.round(row.seconds);
  return {
    second,
    length: row.seconds - row.sequence,
    of: Math.round(record.window.end),
    phase: phaseAt(middleOf(row), record),
    stage: stageAt(plan, middleOf(row)),
    vus: row.vus,
    connections: row.connections,
    inFlight: row.inFlight,
    planned: row.planned,
    sent: row.sent,
    completed: row.completed,
    errors: row.errors,
    p50: row.responseTime.told(0.5),
    p99: row.responseTime.told(0.99),
    max: row.responseTime.told(1),
    bounds: boundsOf(row),
    lagP99: row.generatorLag.told(0.99),
    eventLoopUtilization: row.eventLoopUtilization,
    targetCpuPercent: record.targetCpuPercent,
    targetRssBytes: record.targetLast?.rssBytes ?? null,
    notes: [...notes(row), ...aborted(row, record)],
  };
}

/** What the times of a row are bounds of; the least of a time comes before the most. */
function boundsOf({ responseTime, censoredResponseTime, targetTime }: TimelineRow): LiveInterval['bounds'] {
  const bounds: Partial<Record<'p50' | 'p99' | 'max', '>=' | '<='>> = {};
  for (const [key, p] of [
    ['p50', 0.5],
    ['p99', 0.99],
    ['max', 1],
  ] as const) {
    const response = responseTime.told(p);
    if (response === null) continue;
    const target = targetTime.percentile(p) ?? 0;
    if (responseTime.isLowerBound(p, censoredResponseTime)) bounds[key] = '>=';
    else if (generatorShare(response, target) !== undefined) bounds[key] = '<=';
  }
  return bounds;
}

/** What is wrong with the generator. */
function notes({ longestStallMillis, generatorLag, receiveLag, responseTime }: TimelineRow): string[] {
  const limit = latenessLimits.p99(responseTime.percentile(0.99) ?? null);
  const late = (words: string, lag: Total) => {
    if ((lag.percentile(0.99) ?? 0) <= limit) return [];
    const p99 = lag.told(0.99);
    return [`${words}: lag ${p99 === null ? `up to ${formatMicros(lag.max)}` : `p99 ${formatMicros(p99)}`}`];
  };
  return [
    ...(longestStallMillis > mostSuspendedMillis
      ? [`the generator was suspended for ${formatMicros(longestStallMillis * 1000)}`]
      : []),
    ...late('the generator is late', generatorLag),
    ...late('replies wait for the generator', receiveLag),
  ];
}

/** Said once, with the second after which it happened. */
function aborted({ seconds }: TimelineRow, { abort, window, cutAt = 0 }: RunRecord): string[] {
  return abort && seconds <= cutAt ? [abortFinding(abort, window).message] : [];
}

/** What a row shows is the state halfway through it, seconds of the run. */
function middleOf({ sequence, seconds }: TimelineRow): number {
  return (sequence + seconds) / 2;
}

function phaseAt(middle: number, { window, cutAt }: RunRecord): LiveInterval['phase'] {
  if (cutAt !== undefined && middle >= cutAt) return 'draining';
  if (middle < window.from) return 'warm-up';
  if (middle < window.to) return 'measure';
  return middle < window.end ? 'cool-down' : 'draining';
}

function stageAt({ scenarios }: Plan, middle: number): string {
  const [{ startTime, phases, executor }] = scenarios;
  let left = middle - startTime - phases.warmup;
  if (left < 0) return '';
  for (const stage of executor.stages) {
    if (left < stage.seconds) return stage.name;
    left -= stage.seconds;
  }
  return '';
}
