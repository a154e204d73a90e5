import type { BundledTransport } from '../../src/scenario/plan.ts';
import { formatBytes } from '../../src/units.ts';
import type { Piece } from '../bench.ts';
import type { Measurement } from './measurement.ts';
import { inRound, roundNumbers, type Spread, spread } from './rounds.ts';
import { countCell, percentCell, ratioCell } from './table.ts';

/** One row of a comparison. */
export interface Subject {
  readonly name: string;
  readonly transport: BundledTransport;
  /** Null when not all connections stood in time. */
  measure(connections: number): Promise<Measurement | null>;
}

/** All subjects, measured in the same minute; the first one is the unit. */
export interface Round {
  readonly connections: number;
  readonly rows: readonly Row[];
}

interface Row {
  readonly name: string;
  readonly transport: BundledTransport;
  readonly measured: Measurement | null;
}

export const comparisonHead = [
  'process',
  'transport',
  'connections',
  'requests/s',
  '× wrk',
  'user µs',
  'kernel µs',
  'CPU × wrk',
  'core busy',
  'memory',
  'errors',
];

export interface RoundOptions {
  readonly connections: readonly number[];
  readonly seconds: number;
  readonly rounds: number;
  /** Told what is being measured, one line at a time. */
  readonly progress: (line: string) => void;
}

/** Has the servers up while `measure` runs, and gives it what is measured against them. */
export type WithSubjects = (measure: (subjects: readonly Subject[]) => Promise<Round>) => Promise<Round>;

/** Every round at every number of connections; in each the subjects one after the other, in an order that changes. */
export function roundPieces(bench: string, options: RoundOptions, withSubjects: WithSubjects): Piece<Round>[] {
  const rounds = roundNumbers(options.rounds);
  return options.connections.flatMap((connections) =>
    rounds.map((round) => ({
      name: `${bench}: ${connections} connections, ${options.seconds} s, round ${round + 1}`,
      measure: () => withSubjects((subjects) => measureRound(subjects, connections, round, options.progress)),
    })),
  );
}

async function measureRound(
  subjects: readonly Subject[],
  connections: number,
  round: number,
  progress: (line: string) => void,
): Promise<Round> {
  const rows = await inRound(subjects, round, async (subject): Promise<Row> => {
    const { name, transport } = subject;
    progress(`${name}, ${transport}`);
    return { name, transport, measured: await subject.measure(connections) };
  });
  return { connections, rows };
}

/** Rows below `comparisonHead`. */
export function comparisonRows(rounds: readonly Round[]): string[][] {
  const byConnections = Map.groupBy(rounds, ({ connections }) => connections);
  return [...byConnections].flatMap(([connections, same]) =>
    same[0].rows.map(({ name, transport }) => {
      const pairs = same.flatMap(({ rows }): Pair[] => {
        const own = rows.find((row) => row.name === name && row.transport === transport)?.measured;
        return own ? [{ own, unit: rows[0].measured }] : [];
      });
      return [name, transport, String(connections), ...cells(pairs)];
    }),
  );
}

interface Pair {
  readonly own: Measurement;
  readonly unit: Measurement | null;
}

function cells(pairs: readonly Pair[]): string[] {
  const measured = pairs.map(({ own }) => own);
  const all = (cell: (spread: Spread) => string, of: (one: Measurement) => number) => cellOf(cell, measured.map(of));
  const toUnit = (of: (one: Measurement) => number) =>
    cellOf(
      ratioCell,
      pairs.flatMap(({ own, unit }) => (unit ? [of(own) / of(unit)] : [])),
    );
  const errors = measured.flatMap(({ report }) => report?.errors ?? []);
  return [
    all(countCell, requestsPerSecond),
    toUnit(requestsPerSecond),
    all(twoDigits, ({ userMicros }) => userMicros),
    all(twoDigits, ({ kernelMicros }) => kernelMicros),
    toUnit(cpuMicros),
    all(percentCell, coreBusy),
    all(
      ({ median }) => formatBytes(median),
      ({ peakBytes }) => peakBytes,
    ),
    errors.length === 0 ? '–' : String(errors.reduce((sum, count) => sum + count)),
  ];
}

/** A dash where there is nothing to show. */
function cellOf(cell: (spread: Spread) => string, values: readonly number[]): string {
  return values.length === 0 ? '–' : cell(spread(values));
}

const twoDigits = ({ median }: Spread) => median.toFixed(2);
const requestsPerSecond = (measurement: Measurement) => measurement.requestsPerSecond;
const cpuMicros = ({ userMicros, kernelMicros }: Measurement) => userMicros + kernelMicros;
/** CPU time by the time of the same window: a closed loop that leaves its core idle was held up by something else. */
const coreBusy = (measurement: Measurement) => (measurement.requestsPerSecond * cpuMicros(measurement)) / 1e6;
