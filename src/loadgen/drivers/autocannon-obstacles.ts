import type { Plan, ScenarioPlan } from '../../scenario/plan.ts';

/** Why autocannon cannot make the load of this plan; empty where it can. */
export function autocannonObstacles({ scenarios, workers }: Plan): string[] {
  if (scenarios.length > 1) return [`it has ${scenarios.length} scenarios at once`];
  const [scenario] = scenarios;
  const { target } = scenario;
  const obstacles: readonly (readonly [is: boolean, what: string])[] = [
    [target.transport !== 'http', `its transport is ${target.transport}`],
    ...loadObstacles(scenario),
    ...stepObstacles(scenario),
    [workers > 1, `it has ${workers} workers, each of which would need sessions of its own`],
    [scenario.localAddresses.length > 0, 'it has source addresses'],
    [scenario.timeout < 1000, 'its time-out is below one second'],
  ];
  return obstacles.filter(([is]) => is).map(([, what]) => what);
}

type Obstacles = readonly (readonly [is: boolean, what: string])[];

function loadObstacles({ executor, inFlight }: ScenarioPlan): Obstacles {
  const { kind, model, vus, stages, arrival, iterations, iterationsPerVU } = executor;
  const [{ from: level }] = stages;
  const ramp = stages.some(({ from, to }) => from !== level || to !== level);
  const open = model === 'open';
  return [
    [kind === 'session-arrival' || kind === 'connection-arrival', `its executor is ${kind}`],
    [ramp, 'its load changes with time'],
    [arrival === 'poisson', 'its arrivals are not even'],
    [open && !Number.isInteger(level), `its rate of ${level}/s is no whole number`],
    [open && vus > level, `its ${vus} connections are more than the requests of a second`],
    [iterations !== undefined && iterations < vus, `its ${vus} connections are more than its requests`],
    [!open && inFlight > 1, `it keeps ${inFlight} requests in flight on a connection`],
    [open && (iterations ?? iterationsPerVU) !== undefined, 'it has both a rate and a number of requests'],
  ];
}

function stepObstacles({ steps, operations }: ScenarioPlan): Obstacles {
  const others = [...new Set(steps.filter(({ type }) => type !== 'call').map(({ type }) => type))];
  return [
    [others.length > 0, `it has steps that are no calls: ${others.join(', ')}`],
    [operations.length > 1, `it makes ${operations.length} different requests`],
    [operations.length === 1 && steps.length > 1 && others.length === 0, 'an iteration makes several calls'],
    [operations.some(({ fields, captures }) => fields !== undefined || captures !== undefined), 'its requests differ'],
  ];
}
