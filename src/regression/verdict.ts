import type { ComparisonRow, ComparisonVerdict } from './comparison.ts';
import { okUnreachable } from './rules.ts';
import type { SessionPrior } from './session-spread.ts';

/** Of a row that would be a regression on a quiet machine. */
export const busierNote = 'other programs used more of the machine';

/** Regression wins; then what primary rows leave open; a tail row that is only suspected decides nothing. */
export function verdictOf(rows: readonly ComparisonRow[], strict: boolean): ComparisonVerdict {
  const gated = rows.filter((row) => row.gated);
  if (gated.some((row) => row.verdict === 'regression')) return 'regression';
  const primary = gated.filter((row) => row.kind === 'primary');
  if (primary.some((row) => isOpen(row, strict))) return 'inconclusive';
  return primary.some((row) => row.verdict === 'improved') ? 'improved' : 'ok';
}

/** The decisive rows in words. */
export function reasonsOf(rows: readonly ComparisonRow[], verdict: ComparisonVerdict, strict: boolean): string[] {
  const gated = rows.filter((row) => row.gated);
  if (verdict === 'ok') return ['no gated row is worse than its limit'];
  if (verdict === 'inconclusive')
    return gated.filter((row) => row.kind === 'primary' && isOpen(row, strict)).map(openReason);
  return gated
    .filter((row) => row.verdict === verdict)
    .map(verdict === 'regression' ? regressionReason : improvementReason);
}

/** What a reader should know although it did not decide. */
export function warningsOf(rows: readonly ComparisonRow[]): string[] {
  const open = rows.filter((row) => row.gated && row.verdict === 'inconclusive');
  const leaning = open
    .filter((row) => row.leaning === 'ok')
    .map(
      (row) =>
        `${label(row)} leans ok, but ${row.intervalPercent === null ? 'a rise' : `up to ${percent(worst(row))} worse`} is not ruled out`,
    );
  const suspected = open
    .filter((row) => row.kind === 'tail' && row.leaning === 'worse')
    .map((row) => `a tail is only suspected: ${openReason(row)}`);
  return [...leaning, ...suspected];
}

/** To be read first: sessions of one build differ so much here that an unchanged row cannot be shown to be ok. */
export function noticeOf(rows: readonly ComparisonRow[], prior: SessionPrior): string | null {
  const blind = rows.filter(
    (row) => row.gated && row.scale === 'log' && okUnreachable(row.limit, row.sessionSpread ?? 0),
  );
  if (blind.length === 0) return null;
  const sigma = Math.max(...blind.map((row) => row.sessionSpread ?? 0));
  const source = sigma === prior.sigma ? prior.from : 'measured over its sessions';
  return `Two sessions of one build may differ by ${percent(sigma * 100)} here (${source}): an unchanged row cannot be proven ok. A baseline recorded on this boot within the hour can.`;
}

function isOpen(row: ComparisonRow, strict: boolean): boolean {
  return row.verdict === 'inconclusive' && (strict || row.leaning !== 'ok');
}

function regressionReason(row: ComparisonRow): string {
  if (row.scale === 'absolute') return `${label(row)} changed by ${points(row)}; ${allowed(row)}`;
  const proven = row.basis === 'point' ? noise(row) : `at least ${percent(best(row))} with 99 % confidence`;
  return `${label(row)} is ${percent(change(row))} worse (${proven}); ${allowed(row)}`;
}

function improvementReason(row: ComparisonRow): string {
  return `${label(row)} is ${percent(-change(row))} better`;
}

function openReason(row: ComparisonRow): string {
  if (row.changePercent === null || row.note === 'the generator was the limit')
    return `${label(row)} cannot be judged: ${row.note ?? 'no data'}`;
  if (row.scale === 'absolute') return `${label(row)} changed by ${points(row)}, which may be noise; ${allowed(row)}`;
  if (row.note === busierNote)
    return `${label(row)} is ${percent(change(row))} worse, but ${row.note}; ${allowed(row)}`;
  const note =
    row.basis === 'point' ? (row.note ?? noise(row)) : `between ${percent(best(row))} and ${percent(worst(row))}`;
  return `${label(row)} looks ${percent(change(row))} worse (${note}), which is not proven; ${allowed(row)}`;
}

function noise(row: ComparisonRow): string {
  return `n = ${Math.min(row.base.n, row.candidate.n)}: noise not measured`;
}

function allowed(row: ComparisonRow): string {
  return row.scale === 'log'
    ? `the limit is ${percent(row.limit * 100)}`
    : `the limit is ${Number((row.limit * 100).toPrecision(3))} pp`;
}

function points(row: ComparisonRow): string {
  const change = row.changePercent ?? 0;
  return `${change > 0 ? '+' : ''}${change.toPrecision(2)} percentage points`;
}

/** Worse is positive, in percent, whatever the metric's direction. */
function change(row: ComparisonRow): number {
  return worse(row, row.changePercent ?? 0);
}

function best(row: ComparisonRow): number {
  return Math.min(...(row.intervalPercent ?? [0]).map((end) => worse(row, end)));
}

function worst(row: ComparisonRow): number {
  return Math.max(...(row.intervalPercent ?? [0]).map((end) => worse(row, end)));
}

function worse(row: ComparisonRow, value: number): number {
  return row.direction === 'up-is-worse' ? value : -value;
}

function percent(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(1).replace('-', '−')} %` : 'any amount';
}

function label(row: ComparisonRow): string {
  return row.stage === undefined ? row.metric : `${row.metric} of ${row.stage}`;
}
