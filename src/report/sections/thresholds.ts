import type { RunResult } from '../../results/result.ts';
import type { ThresholdResult } from '../../scenario/thresholds.ts';
import { formatCount } from '../../units.ts';
import type { Style } from '../style.ts';

/** Thresholds with what was measured, then the checks of replies. */
export function thresholdsSection(result: RunResult, style: Style): string[] {
  const thresholds = result.thresholds.map((threshold) =>
    line(threshold.passed, threshold.expression, measured(threshold), style),
  );
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
  return `  ${passed ? style.good('✓') : style.bad('✗')} ${name}  ${style.faint(value)}`;
}

/** Thresholds are in k6's units: ms, ratios, counts. */
function measured({ value, noData }: ThresholdResult): string {
  if (noData) return 'no data';
  if (value === null) return 'not known: it falls on requests that were given up';
  return String(Number(value.toPrecision(4)));
}
