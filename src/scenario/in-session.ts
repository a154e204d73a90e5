import type { Model, OperationPlan, StepPlan } from './plan.ts';

interface Program {
  readonly steps: readonly StepPlan[];
  readonly operations: readonly OperationPlan[];
}

/**
 * The same program with the calls behind the first exchange of an arrival as operations of their own, called
 * `NAME (in session)`: they are planned when the one before is over, so their times are those of a closed loop and stay
 * apart from the arrivals'. In a closed loop nothing is an arrival.
 */
export function apartInSession({ steps, operations }: Program, model: Model): Program {
  if (model === 'closed') return { steps, operations };
  const first = steps.findIndex(isExchange);
  const all = [...operations];
  const twins = new Map<number, number>();
  const twin = (operation: number): number => {
    const known = twins.get(operation);
    if (known !== undefined) return known;
    const { name } = operations[operation];
    twins.set(operation, all.push({ ...operations[operation], name: `${name} (in session)`, inSessionOf: name }) - 1);
    return all.length - 1;
  };
  const apart = steps.map((step, index): StepPlan => {
    if (index <= first) return step;
    if (step.type === 'call') return { ...step, operation: twin(step.operation) };
    if (step.type !== 'mix') return step;
    return { ...step, choices: step.choices.map((choice) => ({ ...choice, operation: twin(choice.operation) })) };
  });
  return withoutUnused({ steps: apart, operations: all });
}

/** What is called in sessions only has no row of its own beside them. */
function withoutUnused({ steps, operations }: Program): Program {
  const used = new Set(steps.flatMap(operationsOf));
  const kept = operations.filter((_, index) => used.has(index));
  const place = (operation: number) => kept.indexOf(operations[operation]);
  const moved = steps.map((step): StepPlan => {
    if (step.type === 'mix')
      return { ...step, choices: step.choices.map((choice) => ({ ...choice, operation: place(choice.operation) })) };
    return 'operation' in step && step.operation !== undefined ? { ...step, operation: place(step.operation) } : step;
  });
  return { steps: moved, operations: kept };
}

function operationsOf(step: StepPlan): number[] {
  if (step.type === 'mix') return step.choices.map(({ operation }) => operation);
  return 'operation' in step && step.operation !== undefined ? [step.operation] : [];
}

/** Whether a step is counted. */
export function isExchange(step: StepPlan): boolean {
  return step.type === 'mix' || ('operation' in step && step.operation !== undefined);
}
