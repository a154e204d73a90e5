import { z } from 'zod';
import type { Path } from '../config/document.ts';
import { duration, field, text } from '../config/values.ts';
import { McpbError } from '../errors.ts';
import { parseThreshold, type Threshold } from './thresholds.ts';

export interface PlacedThreshold {
  readonly threshold: Threshold;
  readonly path: Path;
}

/** `threshold` and `delayAbortEval` are k6's words for `expression` and `delay`. */
const withAbort = z
  .strictObject({
    expression: text.optional(),
    threshold: text.optional(),
    abortOnFail: z.boolean().optional(),
    delay: field(duration).optional(),
    delayAbortEval: field(duration).optional(),
  })
  .superRefine((written, context) => {
    const { expression, threshold, abortOnFail, delay, delayAbortEval } = written;
    const fault = (message: string, ...path: string[]): void =>
      context.addIssue({ code: 'custom', path, message, input: written });
    if (expression === undefined && threshold === undefined) fault('expression is missing');
    if (expression !== undefined && threshold !== undefined)
      fault('"threshold" is another word for "expression": one of them is enough', 'threshold');
    if (delay !== undefined && delayAbortEval !== undefined)
      fault('"delayAbortEval" is another word for "delay": one of them is enough', 'delayAbortEval');
    if (abortOnFail === undefined && (delay ?? delayAbortEval) !== undefined)
      fault(
        'it says from when on abortOnFail counts, and has no effect alone',
        delay === undefined ? 'delayAbortEval' : 'delay',
      );
  });

const written = z.union([z.string(), withAbort], {
  error: "a threshold is a text such as 'error_rate<0.01', or a map with expression, abortOnFail and delay",
});

type Written = z.output<typeof written>;

const list = z
  .array(written)
  .transform((thresholds, context) => thresholds.flatMap((one, i) => placed(one, '', [i], context)));

/** k6's form: `metric{selector}: [ 'aggregation operator number', … ]`. */
const byMetric = z
  .record(z.string(), z.array(written))
  .transform((metrics, context) =>
    Object.entries(metrics).flatMap(([metric, conditions]) =>
      conditions.flatMap((one, i) => placed(one, metric, [metric, i], context)),
    ),
  );

/** Thresholds as a scenario file writes them, each with its place among them. */
export const thresholdsSchema: z.ZodType<PlacedThreshold[]> = z.union([list, byMetric], {
  error: 'expected a list of thresholds, or a map of them by metric',
});

function placed(one: Written, metric: string, path: Path, context: z.RefinementCtx): PlacedThreshold[] {
  const { expression, threshold, abortOnFail, delay, delayAbortEval } = typeof one === 'string' ? word(one) : one;
  try {
    const parsed = parseThreshold(joined(metric, expression ?? threshold ?? ''));
    const abortAfter = delay ?? delayAbortEval ?? 0;
    return [{ threshold: abortOnFail === true ? { ...parsed, abortAfter } : parsed, path }];
  } catch (error) {
    if (!(error instanceof McpbError)) throw error;
    const key = typeof one === 'string' ? [] : [expression === undefined ? 'threshold' : 'expression'];
    context.issues.push({ code: 'custom', path: [...path, ...key], message: error.message, input: one });
    return [];
  }
}

function word(expression: string): Exclude<Written, string> {
  return { expression };
}

/** What stands under a metric begins with its aggregation, or with the operator where that is clear. */
function joined(metric: string, condition: string): string {
  if (metric === '') return condition;
  return /^\s*[<>=!]/.test(condition) ? `${metric}${condition}` : `${metric}:${condition.trim()}`;
}
