import type { CaseReport, Figure } from '../../src/selftest/document.ts';
import { selftestTransports } from '../../src/selftest/endpoint.ts';
import { selftest } from '../../src/selftest/selftest.ts';
import { formatCount, formatMicros } from '../../src/units.ts';
import type { Proof } from '../proof.ts';

/** The full selftest on every transport, by figure rather than by run. */
export const fullSelftest: Proof = {
  claim:
    'every figure of `mcpb selftest` is within its tolerance of the analytic answer, on every transport but stdio.',
  async run(progress) {
    const never = new AbortController().signal;
    const options = { depth: 'full', transports: selftestTransports, createdBy: 'npm run prove' } as const;
    const { verdict, cases } = await selftest({ ...options, stop: never, now: never, progress });
    return {
      verdict: ({ passed: 'holds', failed: 'fails', disturbed: 'undecided' } as const)[verdict],
      table: { head, rows: cases.flatMap(rowsOf), notes: cases.filter(isRepeated).map(repeated) },
    };
  },
};

const head = ['case', 'transport', 'figure', 'truth', 'measured', 'error', 'tolerance', 'verdict'];

function rowsOf({ name, transport, figures, verdict }: CaseReport): string[][] {
  return figures.map((one) => [
    name,
    transport,
    one.figure === 'p999' ? 'p99.9' : one.figure,
    shown(one, one.truth),
    shown(one, one.measured),
    shown(one, one.error),
    shown(one, one.tolerance),
    verdict === 'disturbed' ? 'disturbed' : one.passed ? '✓' : '✗',
  ]);
}

function shown({ unit }: Figure, value: number | null): string {
  if (value === null) return '–';
  const size = unit === 'us' ? formatMicros(Math.abs(value)) : formatCount(Math.abs(value));
  return value < 0 ? `−${size}` : size;
}

function isRepeated({ attempts }: CaseReport): boolean {
  return attempts > 1;
}

function repeated({ name, transport, attempts, disturbances }: CaseReport): string {
  return `${name} over ${transport} was run ${attempts} times: ${disturbances.join('; ')}.`;
}
