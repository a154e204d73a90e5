import type { BundledTransport } from '../../src/scenario/plan.ts';
import { formatBytes } from '../../src/units.ts';
import type { Piece } from '../bench.ts';
import type { Measurement } from './measurement.ts';
import { inRound, roundNumbers, spread } from './rounds.ts';
import { countCell, percentCell, ratioCell } from './table.ts';

/** One row of a comparison. */
export interface Subject {
  readonly name: string;
  readonly transport: BundledTransport;
  measure(connections: number): Promise<Measurement>;
}

/** All subjects, measured in the same minute; the first one is the unit. */
export interface Round {
  readonly connections: number;
  readonly rows: readonly Row[];
}

interface Row extends Measurement {
  readonly name: string;
  readonly transport: BundledTransport;
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
    return { ...(await subject.measure(connections)), name, transport };
  });
  return { connections, rows };
}

/** Rows below `comparisonHead`. */
export function comparisonRows(rounds: readonly Round[]): string[][] {
  const byConnections = Map.groupBy(rounds, ({ connections }) => connections);
  return [...byConnections].flatMap(([connections, same]) =>
    same[0].rows.map(({ name, transport }) => {
      const pairs = same.flatMap(({ rows }) => {
        const own = rows.find((row) => row.name === name && row.transport === transport);
        return own ? [{ own, unit: rows[0] }] : [];
      });
      return [name, transport, String(connections), ...cells(pairs)];
    }),
  );
}

interface Pair {
  readonly own: Measurement;
  readonly unit: Measurement;
}

function cells(pairs: readonly Pair[]): string[] {
  const measured = pairs.map(({ own }) => own);
  const median = (of: (measurement: Measurement) => number) => spread(measured.map(of)).median;
  const toUnit = (of: (measurement: Measurement) => number) =>
    ratioCell(spread(pairs.map(({ own, unit }) => of(own) / of(unit))));
  return [
    countCell(spread(measured.map(requestsPerSecond))),
    toUnit(requestsPerSecond),
    median(({ userMicros }) => userMicros).toFixed(2),
    median(({ kernelMicros }) => kernelMicros).toFixed(2),
    toUnit(cpuMicros),
    percentCell(spread(measured.map(coreBusy))),
    formatBytes(median(({ peakBytes }) => peakBytes)),
    String(measured.reduce((sum, { errors }) => sum + errors, 0)),
  ];
}

const requestsPerSecond = (measurement: Measurement) => measurement.requestsPerSecond;
const cpuMicros = ({ userMicros, kernelMicros }: Measurement) => userMicros + kernelMicros;
/** Share of one core, 0…1: a closed loop that leaves its core idle was held up by something else. */
const coreBusy = (measurement: Measurement) => (measurement.requestsPerSecond * cpuMicros(measurement)) / 1e6;
