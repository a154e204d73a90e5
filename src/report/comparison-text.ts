import type { Comparison, ComparisonRow, RowVerdict, SideOfComparison, SideSummary } from '../regression/comparison.ts';
import { formatBytes, formatCount, formatMicros } from '../units.ts';
import type { Style } from './style.ts';
import { pairs, table } from './table.ts';

/** A comparison as text: the answer, the rows in benchstat's columns, then why and what would settle it. */
export function renderComparison(comparison: Comparison, style: Style): string {
  const parts = [answer(comparison, style), rows(comparison, style), why(comparison, style), settle(comparison, style)];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const titles = {
  ok: { text: '✓ OK', tone: 'good' },
  improved: { text: '✓ IMPROVED', tone: 'good' },
  regression: { text: '✗ REGRESSION', tone: 'bad' },
  inconclusive: { text: '? INCONCLUSIVE', tone: 'warn' },
  'not-comparable': { text: '✗ NOT COMPARABLE', tone: 'bad' },
  invalid: { text: '✗ INVALID', tone: 'bad' },
} as const;

const inconclusive =
  'These runs neither prove a regression nor rule one out: the difference seen and the noise are of one size. It is not a pass.';

function answer({ verdict, notice, reasons, warnings, differences }: Comparison, style: Style): string[] {
  const { text, tone } = titles[verdict];
  const listed = verdict === 'not-comparable' ? ['these runs cannot be compared, because they differ in'] : reasons;
  return [
    ...(notice === null ? [] : [style.warn(notice)]),
    `${style[tone](style.strong(text))}  ${listed[0]}`,
    ...listed.slice(1).map((reason) => `  ${reason}`),
    ...(differences.length === 0
      ? []
      : table(
          ['field', 'base', 'candidate'],
          differences.map(({ field, base, candidate }) => [field, base, candidate]),
          3,
        )),
    ...(verdict === 'inconclusive' ? [`  ${inconclusive}`] : []),
    ...warnings.map((warning) => `  ${style.warn('!')} ${warning}`),
  ];
}

function rows(comparison: Comparison, style: Style): string[] {
  const shown = comparison.rows
    .filter((row) => row.gated || row.kind === 'shown')
    .filter((row) => row.base.median !== null);
  if (shown.length === 0) return [];
  const left = comparison.rows.filter((row) => !row.gated && row.notGatedReason !== undefined && row.kind !== 'shown');
  return [
    ...table(
      ['metric', 'base', 'candidate', 'change', 'interval', 'p', 'n', 'limit', 'verdict'],
      shown.map((row) => cells(row, style)),
    ),
    ...left.map((row) => style.faint(`  not gated: ${name(row)} (${row.notGatedReason})`)),
  ];
}

function cells(row: ComparisonRow, style: Style): string[] {
  return [
    name(row),
    side(row, row.base),
    side(row, row.candidate),
    change(row),
    interval(row),
    row.p === null ? '' : row.p.toFixed(3).replace(/^0/, ''),
    `${row.base.n}+${row.candidate.n}`,
    limit(row),
    verdict(row, style),
  ];
}

function name({ metric, stage }: ComparisonRow): string {
  return stage === undefined ? metric : `${metric} ${stage}`;
}

function side(row: ComparisonRow, { median, bound, spread }: SideSummary): string {
  if (median === null) return '–';
  const noise = spread === null || row.scale === 'absolute' ? '' : ` ± ${(spread * 100).toFixed(0)} %`;
  return `${bound === undefined ? '' : '≥ '}${value(row, median)}${noise}`;
}

function value({ unit }: ComparisonRow, median: number): string {
  switch (unit) {
    case 'us':
      return formatMicros(median);
    case 'bytes':
      return formatBytes(median);
    case 'per_second':
      return `${formatCount(median)}/s`;
    case 'ratio':
      return `${(median * 100).toFixed(2)} %`;
  }
}

/** `~`: no difference that these runs can see. */
function change(row: ComparisonRow): string {
  if (row.changePercent === null) return '–';
  if (row.p !== null && row.p > 0.05) return '~';
  return `${signed(row.changePercent, row.scale === 'log' ? 1 : 2)} ${row.scale === 'log' ? '%' : 'pp'}`;
}

function interval({ intervalPercent }: ComparisonRow): string {
  return intervalPercent === null ? '' : `[${intervalPercent.map((end) => signed(end, 1)).join(', ')}] %`;
}

function limit(row: ComparisonRow): string {
  if (row.kind === 'shown') return '';
  return `${Number((row.limit * 100).toPrecision(3))} ${row.scale === 'log' ? '%' : 'pp'}`;
}

const verdictWords: Readonly<Record<RowVerdict, string>> = {
  ok: 'ok',
  regression: 'REGRESSION',
  improved: 'improved',
  inconclusive: '?',
};

function verdict(row: ComparisonRow, style: Style): string {
  if (!row.gated) return style.faint('shown only');
  const leaning = row.leaning === undefined ? '' : ` leans ${row.leaning}`;
  const note = row.scale === 'absolute' || row.note === undefined ? '' : ` (${row.note})`;
  const tones = { ok: style.good, improved: style.good, regression: style.bad, inconclusive: style.warn } as const;
  return tones[row.verdict](
    `${verdictWords[row.verdict]}${row.note === undefined || row.scale === 'absolute' ? leaning : ''}${note}`,
  );
}

function why(comparison: Comparison, style: Style): string[] {
  const { base, candidate, basis } = comparison;
  const method =
    basis === 'unpaired'
      ? 'Mann–Whitney bounds on the shift between runs, widened by the spread between sessions'
      : 'medians alone: with fewer than 5 runs a side the noise is not measured, so this can fail but not prove an ok';
  return [
    style.strong('Why'),
    ...pairs([
      [
        'scenario',
        `${comparison.scenario.name}${comparison.scenario.speed === 1 ? '' : ` at --speed ${comparison.scenario.speed}`}`,
      ],
      ['base', described(base)],
      ['candidate', described(candidate)],
      ['method', method],
      ...spread(comparison),
      ['conditions', conditions(base, candidate)],
    ]),
    ...comparison.excludedRuns.map(({ side, runId, reason }) => `  left out of the ${side}: ${runId} (${reason})`),
  ];
}

function described(side: SideOfComparison): string {
  const build = side.targetVersion === null ? '' : ` of ${side.targetVersion}`;
  const start = side.from === null ? '' : `, from ${side.from.slice(0, 16).replace('T', ' ')}`;
  return `${count(side.runs, 'run')} in ${count(side.sessions, 'session')}${build}${start}, ${side.machineClass ?? 'machine not known'}`;
}

/** What the primary rows allowed for between sessions, and how small a regression they could have shown. */
function spread({ rows }: Comparison): [string, string][] {
  const primary = rows.filter((row) => row.gated && row.kind === 'primary' && row.detectable !== null);
  if (primary.length === 0) return [];
  const spreads = [...new Set(primary.map((row) => `${((row.sessionSpread ?? 0) * 100).toFixed(1)} %`))];
  const detectable = [...Map.groupBy(primary, (row) => ratio(row.detectable))].map(
    ([effect, alike]) => `${effect} in ${alike.map(name).join(', ')}`,
  );
  return [
    ['between sessions', `${spreads.join(', ')} allowed for`],
    ['smallest effect', `these runs could have shown: ${detectable.join('; ')}`],
  ];
}

/** What could explain a difference other than the target: base → candidate. */
function conditions({ conditions: base }: SideOfComparison, { conditions: candidate }: SideOfComparison): string {
  const percent = (value: number | null) => (value === null ? 'not known' : `${(value * 100).toFixed(1)} %`);
  const cores = (value: number | null) => (value === null ? 'not known' : `${value.toFixed(2)} cores`);
  const lag = (value: number | null) => (value === null ? 'not known' : formatMicros(value));
  return [
    `steal ${percent(base.steal)} → ${percent(candidate.steal)}`,
    `other programs ${cores(base.otherCores)} → ${cores(candidate.otherCores)}`,
    `send lag p99 ${lag(base.generatorLagP99)} → ${lag(candidate.generatorLagP99)}`,
    `load answered ${percent(base.achieved)} → ${percent(candidate.achieved)}`,
  ].join(', ');
}

const settlingTitles = {
  ok: 'To measure the noise as well',
  improved: 'To measure the noise as well',
  regression: 'What would settle it',
  inconclusive: 'What would settle it',
  'not-comparable': 'To compare on this machine',
  invalid: 'What would settle it',
} as const;

function settle({ settledBy, verdict }: Comparison, style: Style): string[] {
  if (settledBy.length === 0) return [];
  return [style.strong(settlingTitles[verdict]), ...settledBy.map((command) => `  ${command}`)];
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function signed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '+∞' : '−∞';
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(digits)}`;
}

function ratio(value: number | null): string {
  return value === null || !Number.isFinite(value) ? '–' : `${(value * 100).toFixed(0)} %`;
}
