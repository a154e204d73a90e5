import type { RunResult } from '../../results/result.ts';
import type { ThresholdResult } from '../../scenario/threshold-results.ts';
import { formatCount } from '../../units.ts';
import { stageName } from '../marks.ts';
import type { Style } from '../style.ts';
import { measuredText } from '../threshold-text.ts';

/** Thresholds with what was measured, then the checks of replies. */
export function thresholdsSection(result: RunResult, style: Style): string[] {
  const thresholds = result.thresholds.flatMap((threshold) => [
    line(threshold.passed, threshold.expression, measurement(threshold), style),
    ...stagesOf(threshold, result, style),
  ]);
  const checks = result.checks.map(({ name, operation, passed, failed }) =>
    line(
      failed === 0,
      `check ${name} (${operation})`,
      `${formatCount(passed)} of ${formatCount(passed + failed)}`,
      style,
    ),
  );
  if (thresholds.length + checks.length === 0) return [];
  return [style.strong('Thresholds and checks'), ...thresholds, ...checks];
}

function line(passed: boolean, name: string, value: string, style: Style): string {
  return `  ${mark(passed, style)} ${name}  ${style.faint(value)}`;
}

function mark(passed: boolean, style: Style): string {
  return passed ? style.good('✓') : style.bad('✗');
}

function measurement(threshold: ThresholdResult): string {
  const { stages = [], noData, aborted } = threshold;
  const gated = stages.filter(({ passed }) => passed !== null).length;
  const worst = gated === 0 || noData ? '' : `, the worst of ${gated} ${gated === 1 ? 'stage' : 'stages'}`;
  return `${measuredText(threshold)}${worst}${aborted ? ', which ended the run' : ''}`;
}

/** The stages that broke it, and those that could not be judged. */
function stagesOf({ stages = [] }: ThresholdResult, result: RunResult, style: Style): string[] {
  return stages.flatMap((row) => {
    const at = result.stages.findIndex(({ scenario, index }) => scenario === row.scenario && index === row.stage);
    const name = at < 0 ? String(row.stage) : stageName(result, at);
    if (row.passed === null) return [style.faint(`      ${name}: not gated (${row.notGatedReason})`)];
    return row.passed ? [] : [`      ${mark(false, style)} ${name}  ${style.faint(measuredText(row))}`];
  });
}
