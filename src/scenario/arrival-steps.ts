import type { OperationPlan, StepPlan } from './plan.ts';

/** The handshake of a connection that is counted by itself; nothing is sent for it. */
const handshake: OperationPlan = {
  name: 'connect',
  method: 'connect',
  body: '',
  idOffset: 0,
  expect: 'ok',
  checks: [],
};

/**
 * The steps of a session that makes so many calls: those between connecting and closing, over and over, with a think
 * time between two calls. The waits behind the last call are kept.
 */
export function sessionSteps(
  steps: readonly StepPlan[],
  { calls, think }: { readonly calls?: number | undefined; readonly think?: StepPlan | undefined },
): StepPlan[] {
  const opening = steps.filter(({ type }) => type === 'connect' || type === 'initialize');
  const closing = steps.filter(({ type }) => type === 'close');
  const round = steps.filter((step) => !opening.includes(step) && !closing.includes(step));
  const wanted = calls ?? round.filter(isCall).length;
  const made: StepPlan[] = [];
  let count = 0;
  for (let i = 0; round.some(isCall); i++) {
    const step = round[i % round.length];
    if (count === wanted && (isCall(step) || i % round.length === 0)) break;
    if (think !== undefined && count > 0 && isCall(step)) made.push(think);
    made.push(step);
    if (isCall(step)) count++;
  }
  return [...opening, ...made, ...closing];
}

/** The steps of a connection, its handshake counted as an operation of its own. */
export function connectionSteps(
  steps: readonly StepPlan[],
  operations: readonly OperationPlan[],
): { steps: StepPlan[]; operations: OperationPlan[] } {
  const rest = steps[0]?.type === 'connect' ? steps.slice(1) : steps;
  return {
    steps: [{ type: 'connect', operation: operations.length }, ...rest],
    operations: [...operations, handshake],
  };
}

function isCall({ type }: StepPlan): boolean {
  return type === 'call' || type === 'mix';
}
