import type { RunResult, Verdict } from '../../results/result.ts';
import { formatCount, formatDuration } from '../../units.ts';
import type { Style } from '../style.ts';
import { measuredText } from '../threshold-text.ts';

const words: Readonly<Record<Verdict, { readonly title: string; readonly tone: 'good' | 'warn' | 'bad' }>> = {
  pass: { title: '✓ PASS', tone: 'good' },
  'thresholds-failed': { title: '✗ THRESHOLDS FAILED', tone: 'bad' },
  'no-data': { title: '✗ NO DATA', tone: 'bad' },
  invalid: { title: '✗ INVALID', tone: 'bad' },
  incomplete: { title: '✗ INCOMPLETE', tone: 'bad' },
  'generator-limited': { title: '! GENERATOR-LIMITED', tone: 'warn' },
  unreachable: { title: '✗ UNREACHABLE', tone: 'bad' },
  interrupted: { title: '✗ INTERRUPTED', tone: 'bad' },
};

/** One line: what came out and why. */
export function verdictSection(result: RunResult, style: Style): string[] {
  const { title, tone } = words[result.verdict];
  return [`${style[tone](style.strong(title))}  ${result.scenario.name}: ${reason(result)}`];
}

function reason(result: RunResult): string {
  switch (result.verdict) {
    case 'pass':
      return `${formatCount(result.metrics.requests.completed)} replies in ${formatDuration(result.window.seconds)}, ${metThresholds(result)}`;
    case 'thresholds-failed':
    case 'no-data':
      return failedThresholds(result);
    case 'generator-limited':
      return 'the generator, not the target, set the pace: the target can do at least this, its latency is not known';
    default:
      return result.invalidReasons[0]?.message ?? result.warnings[0]?.message ?? 'the run did not come to its end';
  }
}

function metThresholds({ thresholds }: RunResult): string {
  if (thresholds.length === 0) return 'no threshold asked for';
  return thresholds.length === 1 ? 'its threshold met' : `all ${thresholds.length} thresholds met`;
}

function failedThresholds({ thresholds, warnings }: RunResult): string {
  const aborted = warnings.find(({ code }) => code === 'aborted');
  if (aborted !== undefined) return aborted.message;
  const failed = thresholds.filter((threshold) => !threshold.passed);
  const first = failed[0];
  if (first === undefined) return 'a threshold failed';
  return `${failed.length} of ${thresholds.length} failed, ${first.expression} ${first.noData ? 'has' : 'was'} ${measuredText(first)}`;
}
