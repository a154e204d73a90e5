import type { BundledTransport } from '../../src/scenario/plan.ts';
import { inRounds, ratios, spread } from './rounds.ts';
import { countCell, percentCell, ratioCell } from './table.ts';

export interface Measurement {
  readonly requestsPerSecond: number;
  /** CPU time of the measured process per request, in µs. */
  readonly userMicros: number;
  readonly kernelMicros: number;
  /** Requests that did not end well. */
  readonly errors: number;
}

/** One row of a comparison. */
export interface Subject {
  readonly name: string;
  readonly transport: BundledTransport;
  measure(connections: number): Promise<Measurement>;
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
  'errors',
];

export interface ComparisonOptions {
  readonly connections: readonly number[];
  readonly rounds: number;
  /** Told what is being measured, one line at a time. */
  readonly progress: (line: string) => void;
}

/** Rows below `comparisonHead`: all subjects in rounds at each number of connections. The first one is the unit. */
export async function compareInRounds(subjects: readonly Subject[], options: ComparisonOptions): Promise<string[][]> {
  const rows: string[][] = [];
  for (const connections of options.connections) {
    const measured = await inRounds(subjects, options.rounds, (subject, round) => {
      options.progress(`round ${round + 1}: ${subject.name}, ${subject.transport}, ${connections} connections`);
      return subject.measure(connections);
    });
    const unit = measured.get(subjects[0]) ?? [];
    for (const [subject, measurements] of measured) rows.push(row(subject, connections, measurements, unit));
  }
  return rows;
}

function row(subject: Subject, connections: number, measured: readonly Measurement[], unit: readonly Measurement[]) {
  const median = (of: (measurement: Measurement) => number) => spread(measured.map(of)).median;
  const toUnit = (of: (measurement: Measurement) => number) => spread(ratios(measured.map(of), unit.map(of)));
  return [
    subject.name,
    subject.transport,
    String(connections),
    countCell(spread(measured.map(requestsPerSecond))),
    ratioCell(toUnit(requestsPerSecond)),
    median(({ userMicros }) => userMicros).toFixed(2),
    median(({ kernelMicros }) => kernelMicros).toFixed(2),
    ratioCell(toUnit(cpuMicros)),
    percentCell(spread(measured.map(coreBusy))),
    String(measured.reduce((sum, { errors }) => sum + errors, 0)),
  ];
}

const requestsPerSecond = (measurement: Measurement) => measurement.requestsPerSecond;
const cpuMicros = ({ userMicros, kernelMicros }: Measurement) => userMicros + kernelMicros;
/** Share of one core, 0…1: a closed loop that leaves its core idle was held up by something else. */
const coreBusy = (measurement: Measurement) => (measurement.requestsPerSecond * cpuMicros(measurement)) / 1e6;
