import { formatPercent } from '../../src/units.ts';
import type { Round } from './comparison.ts';

/** Both windows open behind the same warm-up, some milliseconds apart. */
const most = 0.05;

/** Lines below a table: whether `mcpb load` counted in its own window what the server counted in the ruler's. */
export function agreementNote(rounds: readonly Round[]): string[] {
  const own = rounds.flatMap(({ rows }) => rows.filter(({ name }) => name === 'mcpb'));
  const ratios = own.flatMap(({ measured }) =>
    measured?.report ? [measured.report.requestsPerSecond / measured.requestsPerSecond] : [],
  );
  if (ratios.length === 0) return [];
  const [least, greatest] = [Math.min(...ratios), Math.max(...ratios)];
  const agrees = 1 - least <= most && greatest - 1 <= most;
  const range = `${least.toFixed(3)} to ${greatest.toFixed(3)} times what the server counted`;
  return [
    `The rates in mcpb's own results were ${range}${agrees ? '.' : `: **more than ${formatPercent(most)} apart**.`}`,
  ];
}

/** Lines below a table: which rows are without some of their rounds, or all. */
export function notStoodNote(rounds: readonly Round[]): string[] {
  const missing = rounds.flatMap(({ connections, rows }) =>
    rows
      .filter(({ measured }) => measured === null)
      .map(({ name, transport }) => `${name} ${transport} ${connections}`),
  );
  if (missing.length === 0) return [];
  const counted = [...Map.groupBy(missing, (row) => row)].map(([row, { length }]) => `${row} (${length})`);
  return [`Rounds left out because not all connections stood: ${counted.join(', ')}.`];
}
