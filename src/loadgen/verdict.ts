import { ExitCode, worstExit } from '../errors.ts';
import type { Distribution, Metrics } from '../metrics/figures.ts';
import type { Finding, GeneratorInfo, Verdict } from '../results/result.ts';
import type { Model } from '../scenario/plan.ts';
import type { ThresholdResult } from '../scenario/thresholds.ts';
import { formatMicros } from '../units.ts';

/** What the judgement of a run rests on. Ratios 0…1, null = not known. */
export interface Evidence {
  readonly model: Model;
  /** Some calls follow the first one of an open arrival. */
  readonly inSession: boolean;
  readonly metrics: Metrics;
  readonly thresholds: readonly ThresholdResult[];
  readonly steal: number | null;
  readonly throttled: number | null;
  /** Share of the time the workers had work, of their cores or of their event loops. */
  readonly workersBusy: number;
  /** CPU of the target in cores; null = not measured. */
  readonly targetCores: number | null;
  /** Wall clock minus monotonic clock over the run, ms. */
  readonly clockShiftMillis: number;
  /** Exchanges by which planned = Σ outcomes does not hold somewhere in the result. */
  readonly unaccounted: number;
  /** Deviation from Little's law over the run; null = not judged. */
  readonly littleDeviation: number | null;
  readonly interrupted: boolean;
  /** Why the target could not be reached any more when the load ended. */
  readonly targetGone: string | undefined;
}

export interface Judged {
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly invalidReasons: Finding[];
  readonly warnings: Finding[];
  readonly limitedBy: GeneratorInfo['limitedBy'];
}

/** Says whether the run can be trusted, whether it passed, and which exit code follows. */
export function judge(evidence: Evidence): Judged {
  const limitedBy = limit(evidence);
  const invalidReasons = faults(evidence, limitedBy === 'generator');
  const warnings = doubts(evidence, limitedBy);
  const { metrics, thresholds, interrupted, targetGone } = evidence;
  const noData = metrics.requests.planned === 0;
  const failed =
    thresholds.some(({ passed }) => !passed) ||
    metrics.outcomes.ok === 0 ||
    metrics.outcomes.protocol_error > 0 ||
    targetGone !== undefined;
  const exitCode = worstExit([
    interrupted ? ExitCode.interrupted : ExitCode.ok,
    invalidReasons.length > 0 ? ExitCode.invalidRun : ExitCode.ok,
    failed ? ExitCode.thresholdsFailed : ExitCode.ok,
  ]);
  return { verdict: name(), exitCode, invalidReasons, warnings, limitedBy };

  function name(): Verdict {
    if (interrupted) return 'interrupted';
    if (invalidReasons.length > 0) return 'invalid';
    if (noData) return 'no-data';
    if (targetGone !== undefined) return 'unreachable';
    if (failed) return 'thresholds-failed';
    return limitedBy === 'generator' ? 'generator-limited' : 'pass';
  }
}

/**
 * Who set the pace: the schedule in an open run that was answered; in a closed one the side that used up its cores, or the generator where
 * it was late: there its lateness delays the next request, so that it lowers the throughput with everything else.
 */
function limit({ model, metrics, workersBusy, targetCores }: Evidence): GeneratorInfo['limitedBy'] {
  if (model !== 'closed') return keptUp(metrics) ? 'schedule' : 'target';
  if (allLateness(metrics).length > 0) return 'generator';
  if (targetCores !== null && targetCores > 0.95) return 'target';
  return workersBusy > 0.95 ? 'generator' : 'none';
}

function faults(evidence: Evidence, generatorLimited: boolean): Finding[] {
  const { metrics, steal, throttled, clockShiftMillis, unaccounted, littleDeviation } = evidence;
  const found: Finding[] = [];
  if (!generatorLimited) found.push(...allLateness(metrics));
  const { planned, dropped } = metrics.requests;
  if (dropped > 0.01 * planned)
    found.push(over('released', 'due requests found the generator’s queue full', (planned - dropped) / planned, 0.99));
  if (throttled !== null && throttled > 0.01)
    found.push(over('throttled', 'the cgroup quota stopped the generator', throttled, 0.01));
  if (steal !== null && steal > 0.05) found.push(over('steal', 'the hypervisor gave our CPU time away', steal, 0.05));
  if (Math.abs(clockShiftMillis) > 1000)
    found.push(over('clock_shift', 'the machine was suspended or its clock was set', clockShiftMillis, 1000));
  if (unaccounted > 0)
    found.push(over('accounting', 'planned requests and outcomes do not add up: a bug of mcpb', unaccounted, 0));
  if (littleDeviation !== null && littleDeviation > 0.05)
    found.push(over('littles_law', 'in flight ≠ rate × time: a bug of mcpb', littleDeviation, 0.05));
  return found;
}

/** What was due was answered, in time. */
function keptUp({ requests, outcomes }: Metrics): boolean {
  return requests.completed >= 0.99 * requests.planned && outcomes.dropped === 0 && outcomes.timeout === 0;
}

function allLateness({ generatorLag, receiveLag, responseTime }: Metrics): Finding[] {
  return [
    ...lateness('generator_lag', 'the generator was late', generatorLag, responseTime),
    ...lateness('receive_lag', 'replies waited for the generator', receiveLag, responseTime),
  ];
}

/** Our own lateness against what was measured: half of a millisecond does not matter to a reply that takes ten. */
function lateness(code: string, message: string, ours: Distribution, response: Distribution): Finding[] {
  const p50 = late(`${code}_p50`, `${message}: lag p50`, ours.p50, Math.max(1000, 0.1 * (response.p50 ?? 0)));
  return p50.length > 0
    ? p50
    : late(`${code}_p99`, `${message}: lag p99`, ours.p99, Math.max(5000, 0.1 * (response.p99 ?? 0)));
}

/** `value` and `limit` in µs. */
function late(code: string, message: string, value: number | null, limit: number): Finding[] {
  if (value === null || value <= limit) return [];
  return [over(code, `${message} ${formatMicros(value)}, limit ${formatMicros(limit)}`, value, limit)];
}

function doubts(
  { metrics, steal, model, inSession, targetGone }: Evidence,
  limitedBy: GeneratorInfo['limitedBy'],
): Finding[] {
  const found: Finding[] = [];
  if (targetGone !== undefined)
    found.push({ code: 'target_gone', message: `the target was gone when the load ended: ${targetGone}` });
  if (steal === null) found.push({ code: 'steal_unknown', message: 'CPU steal is not known on this system' });
  else if (steal > 0.02) found.push(over('steal', 'the hypervisor gave our CPU time away', steal, 0.02));
  if (model === 'closed') found.push({ code: 'closed_loop', message: 'closed loop: stalls of the target are hidden' });
  if (inSession)
    found.push({
      code: 'in_session',
      message:
        'times are those of arrivals; calls behind the first wait for the one before and stand apart (in session)',
    });
  if (limitedBy === 'generator')
    found.push({
      code: 'generator_limited',
      message: 'the generator was late or had no core left: throughput is a lower bound, latency partly its own',
    });
  const { unknownId, duplicate, late } = metrics.correlation;
  if (unknownId > 0)
    found.push({ code: 'unknown_id', message: 'replies with ids that were never sent', value: unknownId });
  if (duplicate > 0) found.push({ code: 'duplicate', message: 'exchanges were answered twice', value: duplicate });
  if (late > 0) found.push({ code: 'late', message: 'replies came after their time-out', value: late });
  const { skipped } = metrics.outcomes;
  if (skipped > 0)
    found.push({ code: 'skipped', message: 'calls were not made: what they carry was not captured', value: skipped });
  if (metrics.responseTime.clamped > 0)
    found.push({
      code: 'clamped',
      message: 'times outside 0 … 1 hour were counted as 0 or 1 hour',
      value: metrics.responseTime.clamped,
    });
  return found;
}

function over(code: string, message: string, value: number, limit: number): Finding {
  return { code, message, value, limit };
}
