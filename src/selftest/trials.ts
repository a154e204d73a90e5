import { McpbError } from '../errors.ts';
import { type Case, type CaseName, caseNames, cases, type Depth, depths } from './case.ts';
import type { SelftestTransport } from './endpoint.ts';

/** A case over a transport. */
export interface Trial {
  readonly name: CaseName;
  readonly one: Case;
  readonly transport: SelftestTransport;
}

export interface Selection {
  readonly depth: Depth;
  /** Only these cases. */
  readonly only?: readonly CaseName[];
  readonly transports: readonly SelftestTransport[];
}

/**
 * What a selftest is made of, in the order of the tables. Throws McpbError MCPB_E_USAGE where a case that was asked for
 * would not be run, or none at all: it would prove nothing and look like a pass.
 */
export function trialsOf({ depth, only, transports }: Selection): Trial[] {
  const trials = (only ?? caseNames).flatMap((name) => {
    const one = cases[name](depth);
    return transports.filter((each) => one.transports.includes(each)).map((transport) => ({ name, one, transport }));
  });
  const missing = (only ?? []).filter((wanted) => !trials.some(({ name }) => name === wanted));
  if (missing.length === 0 && trials.length > 0) return trials;
  const names = missing.length > 0 ? missing : caseNames;
  throw new McpbError(
    'MCPB_E_USAGE',
    `the ${depth} selftest has no ${names.join(', no ')} over ${transports.join(', ') || 'no transport'}`,
    { hint: names.map(whereRun).join('; ') },
  );
}

function whereRun(name: CaseName): string {
  const forms = depths.map((depth) => `${depth} over ${cases[name](depth).transports.join(', ') || 'none'}`);
  return `${name}: ${forms.join(', ')}`;
}
