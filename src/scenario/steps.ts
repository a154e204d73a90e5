import type { Path } from '../config/document.ts';
import type { PlanProblem } from './load.ts';
import { type Call, operationPlan } from './operations.ts';
import type { OperationPlan, StepPlan } from './plan.ts';
import type { Step } from './step-schema.ts';

/** Steps with their calls replaced by numbers of operations; the same call made twice is one operation. */
export function planSteps(
  steps: readonly Step[],
  path: Path,
  problem: (problem: PlanProblem) => void,
): { steps: StepPlan[]; operations: OperationPlan[] } {
  const operations: OperationPlan[] = [];
  const number = (call: Call, where: Path): number => {
    const operation = operationPlan(call);
    const known = operations.findIndex(({ name }) => name === operation.name);
    if (known < 0) return operations.push(operation) - 1;
    if (JSON.stringify(operations[known]) !== JSON.stringify(operation))
      problem({ path: where, message: `another call is named "${operation.name}" too: tell them apart with as:` });
    return known;
  };
  const planned = steps.map((step, index): StepPlan => {
    if (step.type === 'call') return { type: 'call', operation: number(step.call, [...path, 'steps', index]) };
    if (step.type !== 'mix') return step;
    const choices = step.choices.map(({ weight, call }, choice) => ({
      weight,
      operation: number(call, [...path, 'steps', index, 'mix', choice]),
    }));
    return { type: 'mix', choices };
  });
  return { steps: planned, operations };
}
