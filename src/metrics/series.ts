/**
 * Quantities recorded of every exchange, by stage and operation. `censored…`: the part of each time that belongs to
 * exchanges which never got their reply, their age at the end.
 */
export const timeQuantities = [
  'responseTime',
  'targetTime',
  'serviceTime',
  'generatorLag',
  'censoredResponseTime',
  'censoredTargetTime',
  'censoredServiceTime',
] as const;
/**
 * Recorded only of the exchanges they concern, so that the others cost nothing. Waits from release to sending: for the
 * target, and of those the ones given up; for a limit of our own. Replies that came in several parts: their service
 * time, of those the ones that never were complete, and their first byte. Replies in event streams: their first event.
 */
const partQuantities = [
  'targetWait',
  'censoredTargetWait',
  'limitWait',
  'partedServiceTime',
  'censoredPartedServiceTime',
  'partedFirstByte',
  'firstEvent',
] as const;
/** `receiveLag`: of every reply, whatever it says. */
export const stageQuantities = [...timeQuantities, ...partQuantities, 'receiveLag'] as const;
/** Quantities recorded once per run. */
export const runQuantities = ['connect', 'tls', 'upgrade', 'initialize'] as const;

export type StageQuantity = (typeof stageQuantities)[number];
export type RunQuantity = (typeof runQuantities)[number];

/** What of a plan decides how its figures are arranged. Durations in seconds. */
export interface MeasuredPlan {
  readonly scenarios: readonly {
    readonly name: string;
    readonly startTime: number;
    readonly phases: { readonly warmup: number };
    readonly executor: {
      readonly model: 'open' | 'session' | 'closed';
      readonly stages: readonly { readonly name: string; readonly seconds: number; readonly to: number }[];
    };
    readonly operations: readonly MeasuredOperation[];
  }[];
}

interface MeasuredOperation {
  readonly name: string;
  readonly inSessionOf?: string;
  readonly checks: readonly { readonly name: string }[];
}

/** Where a row of counters and histograms belongs. `stage` −1: planned outside the measure phase. */
export interface Row {
  readonly scenario: number;
  readonly scenarioName: string;
  readonly stage: number;
  readonly operation: number;
  readonly operationName: string;
  /** Of calls that no schedule planned, in a run whose first ones it did. */
  readonly inSession: boolean;
  /** Of virtual users, who wait for their replies. */
  readonly closed: boolean;
}

/** A check of an operation in a scenario. */
interface CheckRow {
  readonly name: string;
  readonly operation: string;
  readonly scenarioName: string;
}

/**
 * The numbering of everything a worker counts, derived from the plan alone so that workers and main thread agree.
 * Row = (scenario, stage or outside, operation); a row's histograms follow each other in the order of `stageQuantities`.
 */
export interface SeriesLayout {
  readonly rows: readonly Row[];
  /** First row of a scenario: `firstRow[s] + (stage + 1) × operations + operation`. */
  readonly firstRow: readonly number[];
  readonly checks: readonly CheckRow[];
  /** First check of an operation: `firstCheck[s][operation]`. */
  readonly firstCheck: readonly (readonly number[])[];
}

export function seriesLayout(plan: MeasuredPlan): SeriesLayout {
  const rows: Row[] = [];
  const firstRow: number[] = [];
  const checks: CheckRow[] = [];
  const firstCheck: number[][] = [];
  plan.scenarios.forEach((scenario, index) => {
    firstRow.push(rows.length);
    for (let stage = -1; stage < scenario.executor.stages.length; stage++)
      scenario.operations.forEach((operation, position) => {
        const inSession = operation.inSessionOf !== undefined;
        rows.push({
          scenario: index,
          scenarioName: scenario.name,
          stage,
          operation: position,
          operationName: operation.name,
          inSession,
          closed: scenario.executor.model === 'closed',
        });
      });
    firstCheck.push(
      scenario.operations.map((operation) => {
        const first = checks.length;
        const asked = operation.inSessionOf ?? operation.name;
        for (const check of operation.checks)
          checks.push({ name: check.name, operation: asked, scenarioName: scenario.name });
        return first;
      }),
    );
  });
  return { rows, firstRow, checks, firstCheck };
}

/**
 * The rows whose times stand for all of `rows`. Virtual users and calls in a session wait for the reply before and hide
 * stalls, so that they do not count where there are arrivals.
 */
export function timedRows({ rows: all }: SeriesLayout, rows: readonly number[]): readonly number[] {
  const arrivals = rows.filter((row) => !all[row].inSession && !all[row].closed);
  return arrivals.length > 0 ? arrivals : rows;
}
