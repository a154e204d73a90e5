import { McpbError } from '../errors.ts';
import type { RunResult } from '../results/result.ts';
import type { BehaviourSpec } from './behaviour.ts';
import { closed } from './cases/closed.ts';
import { duplicates } from './cases/duplicates.ts';
import { freeze } from './cases/freeze.ts';
import { losses } from './cases/losses.ts';
import { reordering } from './cases/reordering.ts';
import { serial } from './cases/serial.ts';
import { steady } from './cases/steady.ts';
import { stops } from './cases/stops.ts';
import type { SelftestTransport } from './endpoint.ts';
import type { Interval } from './protocol.ts';

/** How long the selftest may take: quick is what CI runs. */
export const depths = ['quick', 'full'] as const;
export type Depth = (typeof depths)[number];

/** What is to be sent, of `tools/list`: arrivals by the clock, or connections in a closed loop. Seconds. */
export type Load = { readonly connections: number } & (
  | { readonly rate: number; readonly requests: number; readonly timeout: number }
  | { readonly rate?: number; readonly warmup: number; readonly seconds: number }
);

/** When the server's process is stopped from outside: so often, for so long (ms), `stop` after each begin of a period. */
export interface Stops {
  readonly after: number;
  readonly stop: number;
  readonly period: number;
}

/** What is known of a run besides its result. */
export interface Observed {
  readonly result: RunResult;
  /** Start of the schedule, ms of the process-wide monotonic clock. */
  readonly startAt: number;
  /** When the server's process was stopped from outside. */
  readonly stops: readonly Interval[];
}

/** A figure of the engine's report beside what it must be: times in µs, else a count that must be exact. */
export interface Expectation {
  /** `p50` … `p999` and `max` of response time, else words. */
  readonly figure: string;
  readonly unit: 'us' | 'count';
  readonly truth: number;
  /** Of a time: its truth at the percentile reached where a few requests in a hundred, or in a thousand, are late besides. */
  readonly truthBesides?: number;
  /** Of a time: what it may differ by, however late anybody was, µs; without it that is counted from the lateness of the run. */
  readonly within?: number;
  /** null: the report has no such figure. */
  readonly measured: number | null;
}

/** One situation whose true answer is known. */
export interface Case {
  /** What the server does and how it is loaded, for a reader who knows neither. */
  readonly says: string;
  /** Most of what may lie between two arrivals (ms): part of the tolerance of every time. */
  readonly spacing: number;
  /** p99 must be told within so many ms: a run so late by itself that its tolerance is wider tells nothing where it is not. */
  readonly precision?: number;
  readonly transports: readonly SelftestTransport[];
  readonly behaviour: BehaviourSpec;
  readonly load: Load;
  readonly stops?: Stops;
  expected(observed: Observed): Expectation[];
}

export const cases = {
  steady,
  freeze,
  serial,
  closed,
  stops,
  losses,
  duplicates,
  reordering,
} satisfies Record<string, (depth: Depth) => Case>;

export type CaseName = keyof typeof cases;

export const caseNames = Object.keys(cases) as readonly CaseName[];

/** The cases of these names, in the order of the table. Throws McpbError MCPB_E_USAGE. */
export function selectCases(wanted: readonly string[]): readonly CaseName[] {
  const unknown = wanted.find((one) => !caseNames.some((name) => name === one));
  if (unknown !== undefined)
    throw new McpbError('MCPB_E_USAGE', `no case of the selftest is called “${unknown}”`, {
      hint: `one of ${caseNames.join(', ')}`,
    });
  return caseNames.filter((name) => wanted.includes(name));
}
