import { didYouMean } from '../config/suggest.ts';
import type { ScenarioPlan } from './plan.ts';
import { parseThreshold, type Threshold } from './thresholds.ts';

const defaultThreshold = 'error_rate<0.01';

/** Thresholds of layers, lowest first: a higher one replaces those on the same metric, selector and aggregation. */
export function mergeThresholds(layers: readonly (readonly Threshold[] | undefined)[]): readonly Threshold[] {
  const merged = layers.reduce<readonly Threshold[]>((lower, layer = []) => {
    const replaced = new Set(layer.map(subject));
    return [...lower.filter((threshold) => !replaced.has(subject(threshold))), ...layer];
  }, []);
  return merged.length > 0 ? merged : [parseThreshold(defaultThreshold)];
}

/** Why a threshold could never have a sample in these scenarios; undefined when it can. */
export function unreachable({ selector }: Threshold, scenarios: readonly ScenarioPlan[]): string | undefined {
  const operations = new Set(scenarios.flatMap((scenario) => scenario.operations.map(({ name }) => name)));
  const stages = scenarios.reduce((total, { executor }) => total + executor.stages.length, 0);
  if (selector.operation !== undefined && !operations.has(selector.operation))
    return `no operation is named "${selector.operation}"${didYouMean(selector.operation, operations)}`;
  if (selector.stage !== undefined && Number(selector.stage) >= stages)
    return `there is no stage ${selector.stage}: the first of ${stages} is 0`;
  return undefined;
}

function subject({ metric, selector, aggregation }: Threshold): string {
  return JSON.stringify([metric, Object.entries(selector).toSorted(), aggregation]);
}
