import { ExitCode, worstExit } from '../errors.ts';
import type { Metrics } from '../metrics/figures.ts';
import type { CertificateEntry } from '../results/certificate.ts';
import type { Finding, GeneratorInfo, Verdict } from '../results/result.ts';
import { certify, findings, isLate } from './certificate.ts';
import type { Evidence } from './evidence.ts';
import { mostCpuWait } from './rules.ts';

export interface Judged {
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly certificate: CertificateEntry[];
  readonly invalidReasons: Finding[];
  readonly warnings: Finding[];
  readonly limitedBy: GeneratorInfo['limitedBy'];
}

/** Says whether the run can be trusted, whether it passed, and which exit code follows. */
export function judge(evidence: Evidence): Judged {
  const limitedBy = limit(evidence);
  const certificate = certify(evidence, limitedBy === 'generator' ? 'warn' : 'fail');
  const invalidReasons = findings(certificate, 'fail', evidence);
  const warnings = [...remarks(evidence, limitedBy), ...findings(certificate, 'warn', evidence)];
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
  return { verdict: name(), exitCode, certificate, invalidReasons, warnings, limitedBy };

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
 * Who set the pace: the schedule in an open run that was answered; in a closed one the side that used up its cores, or a
 * late generator. Late by its own work comes before a busy target: each then waits for the other in turn, so that
 * throughput is a bound whoever is slower and latency is partly ours. To call it the target's limit would hold the lag
 * against the run, and void every saturated one where both sides have a core each. Where arrivals are measured beside the
 * virtual users, only the lateness with those counts here: that with the arrivals voids the run.
 */
function limit(evidence: Evidence): GeneratorInfo['limitedBy'] {
  const { model, metrics, targetCores } = evidence;
  if (model !== 'closed') return keptUp(metrics) ? 'schedule' : 'target';
  const targetBusy = targetCores !== null && targetCores > 0.95;
  if (keptFromCores(evidence)) return targetBusy ? 'target' : 'none';
  if (isLate(evidence)) return 'generator';
  if (targetBusy) return 'target';
  return neverRested(evidence) ? 'generator' : 'none';
}

/**
 * Others had the generator's cores, so that its lateness is not its own work: that delays the next request of a closed
 * loop and is a lower throughput, this is a disturbed run. Where the system does not count the waiting, only a generator
 * that never rested is believed to have been late by its own work.
 */
function keptFromCores(evidence: Evidence): boolean {
  const { cpuWait } = evidence;
  return cpuWait === null ? !neverRested(evidence) : cpuWait > mostCpuWait;
}

/** A generator that polls for the next arrival never rests, whether it has work or not: that tells nothing. */
function neverRested({ workersBusy, polls }: Evidence): boolean {
  return workersBusy > 0.95 && !polls;
}

/** What was due was answered, in time. */
function keptUp({ requests, outcomes }: Metrics): boolean {
  return requests.completed >= 0.99 * requests.planned && outcomes.dropped === 0 && outcomes.timeout === 0;
}

/** What is to be known of the figures beside the certificate. */
function remarks(
  { metrics, closedBeside, steal, model, inSession, targetGone }: Evidence,
  limitedBy: GeneratorInfo['limitedBy'],
): Finding[] {
  const found: Finding[] = [];
  if (targetGone !== undefined)
    found.push({
      code: 'target_gone',
      message: `the target was gone when the load ended, no connection came about any more: ${targetGone}`,
    });
  if (steal === null) found.push({ code: 'steal_unknown', message: 'CPU steal is not known on this system' });
  if (model === 'closed') found.push({ code: 'closed_loop', message: 'closed loop: stalls of the target are hidden' });
  if (closedBeside)
    found.push({
      code: 'mixed_models',
      message: 'times of the run are those of arrivals; those of virtual users stand in their own stages',
    });
  if (inSession)
    found.push({
      code: 'in_session',
      message:
        'times are those of arrivals; calls behind the first wait for the one before and stand apart (in session)',
    });
  if (limitedBy === 'generator')
    found.push({
      code: 'generator_limited',
      message:
        'the generator’s own work made it late or took all of its cores: throughput is a lower bound, latency partly its own',
    });
  const { unknownId, duplicate, late } = metrics.correlation;
  if (unknownId > 0)
    found.push({ code: 'unknown_id', message: 'replies with ids that were never sent', value: unknownId });
  if (duplicate > 0) found.push({ code: 'duplicate', message: 'exchanges were answered twice', value: duplicate });
  if (late > 0) found.push({ code: 'late', message: 'replies came after their time-out', value: late });
  const { skipped } = metrics.outcomes;
  if (skipped > 0)
    found.push({ code: 'skipped', message: 'calls were not made: what they carry was not captured', value: skipped });
  return found;
}
