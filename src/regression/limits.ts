import { McpbError } from '../errors.ts';
import { limitNames } from './metrics.ts';

/** Limits that replace the table's, as ratios: `all` for every row on a logarithmic scale, or by metric. */
export interface Limits {
  readonly all?: number;
  readonly metrics: Readonly<Record<string, number>>;
}

export const noLimits: Limits = { metrics: {} };

/** `5%` for all rows, `p99=25%` for one; `errors=0.5%` means half a percentage point. */
export function parseLimits(expressions: readonly string[]): Limits {
  let all: number | undefined;
  const metrics: Record<string, number> = {};
  for (const expression of expressions) {
    const match = /^(?:([^=\s]+)\s*=)?\s*(\d+(?:\.\d+)?)\s*%$/.exec(expression.trim());
    const ratio = match === null ? 0 : Number(match[2]) / 100;
    if (match === null || ratio <= 0 || ratio >= 1) throw badLimit(expression);
    if (match[1] === undefined) all = ratio;
    else if (limitNames.includes(match[1])) metrics[match[1]] = ratio;
    else
      throw new McpbError('MCPB_E_USAGE', `--limit: there is no metric "${match[1]}"`, {
        hint: `one of: ${limitNames.join(', ')}`,
      });
  }
  return all === undefined ? { metrics } : { all, metrics };
}

function badLimit(expression: string): McpbError {
  return new McpbError('MCPB_E_USAGE', `--limit: "${expression}" is not understood`, {
    hint: 'write it like 5% or p99=25%, between 0 and 100 %',
  });
}
