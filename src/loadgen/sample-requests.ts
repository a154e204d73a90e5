import { fromSchema, toolOf } from '../scenario/fields.ts';
import type { OperationPlan, Plan, ScenarioPlan } from '../scenario/plan.ts';
import { ExchangeValues } from './exchange-values.ts';
import type { ExchangeOwner } from './exchanges.ts';
import { variableBodies } from './variable-body.ts';

/** The body that the first iteration of a scenario sends for an operation with templates. */
export interface SampleRequest {
  readonly scenario: string;
  readonly operation: string;
  readonly body: string;
}

/**
 * One request for every operation whose requests differ. What only the target knows, captures and arguments from a schema, stands
 * as it was written.
 */
export function sampleRequests({ scenarios, data = [], seed }: Plan): SampleRequest[] {
  return scenarios.flatMap((scenario, index) => {
    const owner: (ExchangeOwner | null)[] = [];
    const values = new ExchangeValues({ owner }, scenario.executor, data, seed + index);
    const { name, operations } = scenario;
    const tools = operations.flatMap(({ fields = [] }) => toolOf(fields) ?? []);
    const bodyOf = variableBodies(
      values,
      Object.fromEntries(tools.map((tool) => [tool, [JSON.stringify(fromSchema)]])),
    );
    return operations.flatMap((operation, slot): SampleRequest[] => {
      owner[slot] = firstIteration(stepOf(slot, scenario));
      const body = isSecond(operation, operations) ? undefined : bodyOf(operation)?.render(slot);
      return body === undefined ? [] : [{ scenario: name, operation: operation.name, body }];
    });
  });
}

/** The same call again, in a session. */
function isSecond({ inSessionOf }: OperationPlan, operations: readonly OperationPlan[]): boolean {
  return inSessionOf !== undefined && operations.some(({ name }) => name === inSessionOf);
}

function stepOf(operation: number, { steps }: ScenarioPlan): number {
  return steps.findIndex(
    (step) =>
      (step.type === 'call' && step.operation === operation) ||
      (step.type === 'mix' && step.choices.some((choice) => choice.operation === operation)),
  );
}

function firstIteration(step: number): ExchangeOwner {
  return { number: 0, step, captured: (name) => `{{${name}}}`, capture: () => undefined, ended: () => undefined };
}
