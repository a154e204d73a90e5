import { masked, maskHeaders } from './credentials.ts';
import { writtenBody } from './fields.ts';
import type { FeederPlan, OperationPlan, Plan, ScenarioPlan } from './plan.ts';

/** A plan as it may be shown: without secrets and without the rows of its data, templates as they were written. */
export type ShownPlan = Omit<Plan, 'data' | 'scenarios'> & {
  readonly scenarios: readonly ShownScenario[];
  readonly data?: readonly Omit<FeederPlan, 'columns'>[];
};

type ShownScenario = Omit<ScenarioPlan, 'operations'> & { readonly operations: readonly WrittenOperation[] };
type WrittenOperation = Omit<OperationPlan, 'fields'>;

export function shownPlan({ data, scenarios, ...plan }: Plan): ShownPlan {
  return {
    ...plan,
    scenarios: scenarios.map(shownScenario),
    ...(data && { data: data.map(({ columns: _columns, ...feeder }) => feeder) }),
  };
}

function shownScenario({ token, ...scenario }: ScenarioPlan): ShownScenario {
  return {
    ...scenario,
    headers: maskHeaders(scenario.headers),
    operations: scenario.operations.map(writtenOperation),
    ...(token !== undefined && { token: masked }),
    ...(scenario.tls?.key !== undefined && { tls: { ...scenario.tls, key: masked } }),
  };
}

/** Its templates as they were written. */
export function writtenOperation({ fields, ...operation }: OperationPlan): WrittenOperation {
  return fields ? { ...operation, body: writtenBody(operation.body, fields) } : operation;
}
