import type { CaseReport, Figure, RateReport, SelftestReport } from '../selftest/document.ts';
import { formatCount, formatMicros } from '../units.ts';
import type { Style } from './style.ts';
import { pairs, table } from './table.ts';

/** A selftest as text: the answer, every figure beside its truth by case, then what the tool itself adds and costs. */
export function renderSelftest(report: SelftestReport, style: Style): string {
  const names = [...new Set(report.cases.map(({ name }) => name))];
  const parts = [
    answer(report, style),
    ...names.map((name) =>
      caseTable(
        report.cases.filter((one) => one.name === name),
        style,
      ),
    ),
    ownError(report, style),
    rates(report, style),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const verdicts = {
  passed: { text: '✓ PASSED', tone: 'good', mark: '✓' },
  failed: { text: '✗ FAILED', tone: 'bad', mark: '✗ outside' },
  disturbed: { text: '? DISTURBED', tone: 'warn', mark: '? disturbed' },
} as const;

function answer({ verdict, cases }: SelftestReport, style: Style): string[] {
  const { text, tone } = verdicts[verdict];
  const again = cases.reduce((sum, { attempts }) => sum + attempts - 1, 0);
  return [
    `${style[tone](style.strong(text))}  ${reason(verdict, cases)}`,
    ...cases.filter((one) => one.verdict === 'disturbed').map((one) => `  ${style.warn('!')} ${disturbed(one)}`),
    ...(again === 0
      ? []
      : [`  ${style.warn('!')} ${again} of the runs were made again: the machine had disturbed them`]),
    style.faint(`  measured on ${cases[0].machine}`),
  ];
}

function reason(verdict: SelftestReport['verdict'], cases: readonly CaseReport[]): string {
  const all = `${cases.reduce((sum, { figures }) => sum + figures.length, 0)} figures in ${cases.length} runs`;
  if (verdict === 'passed') return `${all}, each within its tolerance of the truth`;
  const of = (wanted: CaseReport['verdict']) =>
    cases
      .filter((one) => one.verdict === wanted)
      .map(title)
      .join(', ');
  if (verdict === 'failed') return `this tool is wrong here: ${of('failed')}`;
  return `the machine was too disturbed to tell: ${of('disturbed')}`;
}

function title({ name, transport }: CaseReport): string {
  return `${name} over ${transport}`;
}

function disturbed(one: CaseReport): string {
  return `${title(one)}: ${[...new Set(one.disturbances)].slice(0, 3).join('; ')}`;
}

function caseTable(reports: readonly CaseReport[], style: Style): string[] {
  return [
    `${style.strong(reports[0].name)}: ${reports[0].says}`,
    ...table(
      ['transport', 'figure', 'truth', 'measured', 'error', 'tolerance', 'verdict'],
      reports.flatMap((report) => report.figures.map((figure) => cells(report, figure, style))),
      2,
    ),
  ];
}

function cells({ transport, verdict }: CaseReport, one: Figure, style: Style): string[] {
  const { mark, tone } = verdicts[verdict === 'disturbed' ? verdict : one.passed ? 'passed' : 'failed'];
  const show = (value: number) => (one.unit === 'us' ? formatMicros(value) : formatCount(value));
  return [
    transport,
    one.figure === 'p999' ? 'p99.9' : one.figure,
    show(one.truth),
    one.measured === null ? '–' : show(one.measured),
    one.error === null ? '–' : `${one.error < 0 ? '−' : '+'}${show(Math.abs(one.error))}`,
    one.unit === 'us' ? `± ${show(one.tolerance)}` : 'exact',
    style[tone](mark),
  ];
}

function ownError({ ownError: errors }: SelftestReport, style: Style): string[] {
  const entries = Object.entries(errors).map(
    ([figure, micros]) => [figure === 'p999' ? 'p99.9' : figure, formatMicros(micros ?? 0)] as const,
  );
  if (entries.length === 0) return [];
  return [
    style.strong('Own error (largest of the open schedules above; the servers’ own errors are in it)'),
    ...pairs(entries),
  ];
}

function rates({ rates: measured }: SelftestReport, style: Style): string[] {
  if (measured.length === 0) return [];
  const { connections } = measured[0];
  const limits = new Set(measured.map(({ limitedBy }) => limitedBy));
  return [
    style.strong(`Highest rate (closed loop, one worker, ${connections} connections, a server that answers at once)`),
    ...table(
      ['transport', 'requests/s', 'CPU/request', 'of it user', 'generator busy', 'server busy', 'limited by'],
      measured.map(rateCells),
    ),
    ...[...limits].map((limit) => style.faint(`  limited by ${limit}: ${meanings[limit]}`)),
  ];
}

const meanings: Readonly<Record<RateReport['limitedBy'], string>> = {
  generator: 'it had no core left, so this is the most this tool can do here',
  server: 'it had no core left, so the tool can do more than this',
  both: 'neither side had a core left, so the tool can do this and may do more',
  neither: 'both sides had time left; other programs or the round trip were the limit',
};

function rateCells(rate: RateReport): string[] {
  const micros = (value: number | null) => (value === null ? '–' : `${value.toFixed(1)} µs`);
  const busy = (cores: number | null) => (cores === null ? 'unknown' : `${(100 * cores).toFixed(0)} %`);
  return [
    rate.transport,
    formatCount(rate.requestsPerSecond),
    micros(rate.cpuMicrosPerRequest),
    micros(rate.userMicrosPerRequest),
    busy(rate.generatorCores),
    busy(rate.serverCores),
    rate.limitedBy,
  ];
}
