import { nearest } from '../config/suggest.ts';
import { McpbError } from '../errors.ts';
import { outcomeClasses } from '../wire/outcome.ts';
import { metrics } from './threshold-metrics.ts';

/** Times are in ms, k6's unit; rates per second; ratios 0…1. */
export type Aggregation = 'avg' | 'min' | 'max' | 'med' | 'count' | 'rate' | 'value' | `p(${number})`;

export interface Threshold {
  /** As written by the user. */
  readonly expression: string;
  readonly metric: string;
  readonly selector: Readonly<Record<string, string>>;
  readonly aggregation: Aggregation;
  readonly operator: '<' | '<=' | '>' | '>=' | '==' | '!=';
  readonly bound: number;
  /** Broken once so many seconds of load have been measured, it ends the run; absent: it is judged at the end only. */
  readonly abortAfter?: number;
  /** The parts of a load that is no single one, each judged by itself; absent: the whole is. */
  readonly parts?: readonly Part[];
}

/** A stage of a scenario. */
export interface Part {
  readonly scenario: string;
  readonly stage: number;
}

const grammar =
  /^\s*(\w+)\s*(?:\{([^}]*)\})?\s*(?::\s*([a-z]+(?:\(\s*\d+(?:\.\d+)?\s*\))?)\s*)?(<=|>=|===|==|!=|<|>)\s*(-?\d+(?:\.\d+)?(?:e[+-]?\d+)?)\s*$/i;

/** Parses `metric{selector}:aggregation op number`. Throws McpbError MCPB_E_USAGE. */
export function parseThreshold(expression: string): Threshold {
  const match = grammar.exec(expression);
  if (!match) throw faulty(expression, notWritten(expression));
  const [, name, selectorText, aggregation, operator, bound] = match;
  const metric = metrics.get(name);
  if (!metric) throw faulty(expression, unknownMetric(name));
  return {
    expression: expression.trim(),
    metric: metric.name,
    selector: parseSelector(expression, metric.selectors, selectorText ?? ''),
    aggregation: aggregationOf(expression, name, aggregation),
    operator: (operator === '===' ? '==' : operator) as Threshold['operator'],
    bound: Number(bound),
  };
}

function aggregationOf(expression: string, name: string, written: string | undefined): Aggregation {
  const { aggregations } = metrics.get(name)!;
  const accepted = aggregations.includes('p')
    ? aggregations.map((word) => (word === 'p' ? 'p(N)' : word))
    : aggregations;
  if (written === undefined) {
    if (accepted.includes('p(N)')) throw faulty(expression, `${name} needs one of ${accepted.join(', ')}`);
    return aggregations[0] as Aggregation;
  }
  const percentile = /^p\(\s*(\d+(?:\.\d+)?)\s*\)$/.exec(written);
  if (percentile && Number(percentile[1]) > 100) throw faulty(expression, `p(${percentile[1]}) is above p(100)`);
  if (!aggregations.includes(percentile ? 'p' : written))
    throw faulty(expression, `${name} has ${accepted.join(', ')}, not ${written}`);
  return percentile ? `p(${Number(percentile[1])})` : (written as Aggregation);
}

function parseSelector(expression: string, accepted: readonly string[], text: string): Record<string, string> {
  const selector: Record<string, string> = {};
  for (const pair of text.split(',').filter((part) => part.trim() !== '')) {
    const [key, ...rest] = pair.split(':');
    const value = rest.join(':').trim();
    checkSelector(expression, accepted, key.trim(), value);
    selector[key.trim()] = value;
  }
  if (accepted.includes('class') && selector.class === undefined)
    throw faulty(expression, 'outcomes needs a class, such as outcomes{class:timeout}');
  return selector;
}

function checkSelector(expression: string, accepted: readonly string[], key: string, value: string): void {
  if (!accepted.includes(key)) {
    const words = accepted.length === 0 ? 'takes no selector' : `can be selected by ${accepted.join(', ')}`;
    throw faulty(expression, `the metric ${words}, not by "${key}"`);
  }
  if (key === 'class' && !outcomeClasses.some((name) => name === value))
    throw faulty(expression, `"${value}" is not an outcome class (${outcomeClasses.join(', ')})`);
  if (key === 'stage' && !/^\d+$/.test(value)) throw faulty(expression, 'a stage is selected by its number, from 0');
  if (value === '') throw faulty(expression, `the selector "${key}" has no value`);
}

/** With what was probably meant: `p99`, a unit behind the number, a single `=`. */
function notWritten(expression: string): string {
  const repaired = expression
    .trim()
    .replace(/:\s*p(\d+(?:\.\d+)?)/, ':p($1)')
    .replace(/([^<>=!])=(?!=)/, '$1==')
    .replace(/(\d)\s*ms$/, '$1')
    .replace(/(\d+(?:\.\d+)?)\s*s$/, (_, seconds: string) => String(Number(seconds) * 1000))
    .replace(/(\d+(?:\.\d+)?)\s*%$/, (_, percent: string) => String(Number(percent) / 100));
  const meant = grammar.test(repaired) ? ` — did you mean "${repaired}"?` : '';
  return `it is not written metric{selector}:aggregation operator number${meant}`;
}

function unknownMetric(name: string): string {
  const near = nearest(name, metrics.keys());
  const known = [...new Set([...metrics.values()].map((metric) => metric.name))].join(', ');
  return near ? `there is no metric "${name}" — did you mean "${near}"?` : `there is no metric "${name}" (${known})`;
}

function faulty(expression: string, reason: string): McpbError {
  return new McpbError('MCPB_E_USAGE', `threshold "${expression.trim()}": ${reason}`, {
    hint: "write it like 'response_time:p(99)<250' (times in ms) or 'error_rate<0.01'",
  });
}
