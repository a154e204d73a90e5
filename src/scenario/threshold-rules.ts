import { didYouMean } from '../config/suggest.ts';
import type { ScenarioPlan } from './plan.ts';
import { type Part, parseThreshold, type Threshold } from './thresholds.ts';

const defaultThreshold = 'error_rate<0.01';

/** Thresholds of layers, lowest first: a higher one replaces those on the same metric, selector and aggregation. */
export function mergeThresholds(layers: readonly (readonly Threshold[] | undefined)[]): readonly Threshold[] {
  const merged = layers.reduce<readonly Threshold[]>((lower, layer = []) => {
    const replaced = new Set(layer.map(subject));
    return [...lower.filter((threshold) => !replaced.has(subject(threshold))), ...layer];
  }, []);
  return merged.length > 0 ? merged : [parseThreshold(defaultThreshold)];
}

/** What stands in one scenario's block, for that scenario alone. Throws McpbError MCPB_E_USAGE where the metric has no such part. */
export function ofScenario(threshold: Threshold, name: string): Threshold {
  const { expression } = threshold;
  const [head, metric, selector] = /^(\w+)\s*(?:\{([^}]*)\})?/.exec(expression)!;
  const selected = [`scenario:${name}`, ...(selector ? [selector] : [])].join(',');
  const { selector: parsed } = parseThreshold(`${metric}{${selected}}${expression.slice(head.length)}`);
  return { ...threshold, expression: `${metric}{${selected}}${expression.slice(head.length)}`, selector: parsed };
}

/** Metrics whose values over different loads together say nothing about any of them. */
const blends: ReadonlySet<string> = new Set(['response_time', 'target_time', 'service_time', 'generator_lag']);

/** As the plan of a run holds it: judged stage by stage where the load has stages, its delay at the run's speed. */
export function placedInRun(threshold: Threshold, scenarios: readonly ScenarioPlan[], speed: number): Threshold {
  const { abortAfter } = threshold;
  const parts = partsOf(threshold, scenarios);
  return {
    ...threshold,
    ...(abortAfter !== undefined && { abortAfter: abortAfter / speed }),
    ...(parts.length > 1 && { parts }),
  };
}

function partsOf({ metric, selector }: Threshold, scenarios: readonly ScenarioPlan[]): Part[] {
  if (!blends.has(metric) || selector.stage !== undefined) return [];
  const chosen = scenarios.filter(
    ({ name, operations }) =>
      (selector.scenario === undefined || selector.scenario === name) &&
      (selector.operation === undefined || operations.some((operation) => operation.name === selector.operation)),
  );
  if (chosen.every(({ executor }) => executor.stages.length < 2)) return [];
  return chosen.flatMap(({ name, executor }) =>
    executor.stages.flatMap(({ seconds }, stage) => (seconds > 0 ? [{ scenario: name, stage }] : [])),
  );
}

/** Why a threshold could never have a sample in these scenarios; undefined when it can. */
export function unreachable({ selector }: Threshold, scenarios: readonly ScenarioPlan[]): string | undefined {
  const chosen = scenarios.filter(({ name }) => selector.scenario === undefined || selector.scenario === name);
  const names = scenarios.map(({ name }) => name);
  if (chosen.length === 0)
    return `no scenario is named "${selector.scenario}"${didYouMean(selector.scenario ?? '', names)}`;
  const operations = new Set(chosen.flatMap((scenario) => scenario.operations.map(({ name }) => name)));
  const stages = Math.max(...chosen.map(({ executor }) => executor.stages.length));
  if (selector.operation !== undefined && !operations.has(selector.operation))
    return `no operation is named "${selector.operation}"${didYouMean(selector.operation, operations)}`;
  if (selector.stage !== undefined && Number(selector.stage) >= stages)
    return `there is no stage ${selector.stage}: the first of ${stages} is 0`;
  return undefined;
}

function subject({ metric, selector, aggregation }: Threshold): string {
  return JSON.stringify([metric, Object.entries(selector).toSorted(), aggregation]);
}
