import { outcomeClasses } from '../wire/outcome.ts';
import type { Collector } from './collector.ts';
import type { OperationMetrics, StageResult } from './figures.ts';
import { stageQuantities } from './series.ts';

/** What is published of a run, block by block. */
interface Published {
  readonly metrics: OperationMetrics;
  readonly operations: Readonly<Record<string, OperationMetrics>>;
  readonly stages: readonly StageResult[];
}

/** Planned = Σ outcomes, in the whole and in every operation and stage: by how many exchanges that does not hold. */
export function unaccounted({ metrics, operations, stages }: Published): number {
  const blocks = [
    metrics,
    ...Object.values(operations),
    ...stages.flatMap((stage) => [stage.metrics, ...Object.values(stage.operations)]),
  ];
  return blocks.reduce((sum, { requests, outcomes }) => {
    const ended = Object.values(outcomes).reduce((count, one) => count + one, 0);
    return sum + Math.abs(requests.planned - ended);
  }, 0);
}

/**
 * Little's law over a whole run, first exchange to last, warm-up, cool-down and draining included: the system is empty
 * at both ends, so that it holds exactly, whatever the load and however short the run:
 *
 *     ∫ exchanges under way dt = Σ over all exchanges of (end − released)
 *
 * The left side is counted by the workers' tables of exchanges, the right side comes out of the recorded times by way of
 * histograms, intervals and merging. Exchanges under way are those released and not ended, sent or still waiting; what
 * was dropped never was under way. Exchange × ms.
 */
export interface TimeInSystem {
  readonly counted: number;
  readonly recorded: number;
  readonly exchanges: number;
}

const at = (quantity: (typeof stageQuantities)[number]) => stageQuantities.indexOf(quantity);

/** undefined: a time beyond the range of the histograms makes the recorded sum worthless. */
export function timeInSystem(collector: Collector): TimeInSystem | undefined {
  const { numbers, layout, counters } = collector;
  let micros = 0;
  let exchanges = 0;
  for (let row = 0; row < layout.rows.length; row++) {
    const response = collector.series(numbers.stage(row, at('responseTime')));
    const lag = collector.series(numbers.stage(row, at('generatorLag')));
    const ages = outcomeClasses.map((_, outcome) => collector.series(numbers.outcome(row, outcome)));
    if ([response, lag, ...ages].some(({ clamped }) => clamped > 0)) return undefined;
    const censored = collector.series(numbers.stage(row, at('censoredResponseTime')));
    micros += response.sum - censored.sum + ages.reduce((sum, age) => sum + age.sum, 0) - lag.sum;
    exchanges += lag.count;
  }
  return { counted: counters.inFlightMillis, recorded: micros / 1000 - counters.droppedMillis, exchanges };
}

/** Times are recorded in whole µs, two of them per exchange. */
const roundingMillis = 0.001;

/** How far the two sides are apart, as a share of the larger; 0 within what rounding explains. */
export function littleDeviation({ counted, recorded, exchanges }: TimeInSystem): number {
  const apart = Math.abs(counted - recorded);
  return apart <= (exchanges + 1) * roundingMillis ? 0 : apart / Math.max(counted, recorded);
}
