import { expect } from 'vitest';
import { type Call, operationPlan } from '../../src/scenario/operations.ts';
import type { OperationPlan } from '../../src/scenario/plan.ts';
import { TemplateFiller } from '../../src/scenario/template-filler.ts';

/** The operation of a call without templates. */
export function plainOperation(call: Call): OperationPlan {
  const scope = { feeders: [], captures: new Set<string>(), capturesAnywhere: new Set<string>() };
  return operationPlan(call, new TemplateFiller(scope, (_, message) => expect.unreachable(message)));
}
