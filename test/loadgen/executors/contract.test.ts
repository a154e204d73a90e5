import { blockPlan, type ExecutorCase, executorContract } from '../../contracts/executor.ts';

/** An executor that nothing but time ends; `keys` are those beside its name and the time. */
function timed(executor: string, keys: string, time = 'duration'): ExecutorCase['timed'] {
  return (length, ...rest) => blockPlan(`executor: ${executor}\n${keys}\n${time}: ${length}`, ...rest);
}

/** A ramp of one stage. */
function ramp(executor: string, keys: string, target: number): ExecutorCase['timed'] {
  return (length, ...rest) =>
    blockPlan(`executor: ${executor}\n${keys}\nstages: [{ duration: ${length}, target: ${target} }]`, ...rest);
}

/** The load of arrivals, ended by their number. */
function arrivals(load: ExecutorCase['timed']): Pick<ExecutorCase, 'timed' | 'counted' | 'delay'> {
  return {
    timed: load,
    counted: (iterations, ...rest) => {
      const plan = load('5s', ...rest);
      const scenarios = plan.scenarios.map((one) => ({ ...one, executor: { ...one.executor, iterations } }));
      return { ...plan, scenarios };
    },
    delay: 1,
  };
}

const cases: readonly ExecutorCase[] = [
  { name: 'constant-vus', timed: timed('constant-vus', 'vus: 4'), delay: 10 },
  { name: 'ramping-vus', timed: ramp('ramping-vus', 'startVUs: 2', 6), delay: 10 },
  {
    name: 'per-vu-iterations',
    timed: timed('per-vu-iterations', 'vus: 4\niterations: 1000000', 'maxDuration'),
    counted: (n, ...rest) => {
      const keys = n % 4 === 0 ? `vus: 4\niterations: ${n / 4}` : `vus: ${n}\niterations: 1`;
      return blockPlan(`executor: per-vu-iterations\n${keys}`, ...rest);
    },
    delay: 10,
  },
  {
    name: 'shared-iterations',
    timed: timed('shared-iterations', 'vus: 4\niterations: 1000000', 'maxDuration'),
    counted: (n, ...rest) => blockPlan(`executor: shared-iterations\nvus: 4\niterations: ${n}`, ...rest),
    delay: 10,
  },
  { name: 'constant-arrival-rate', ...arrivals(timed('constant-arrival-rate', 'rate: 300\nvus: 4')) },
  {
    name: 'constant-arrival-rate, poisson',
    ...arrivals(timed('constant-arrival-rate', 'rate: 300\nvus: 4\narrival: poisson')),
  },
  {
    name: 'constant-arrival-rate, maxVUs',
    ...arrivals(timed('constant-arrival-rate', 'rate: 300\nvus: 90\nmaxVUs: 99')),
    oneInFlight: true,
  },
  { name: 'ramping-arrival-rate', ...arrivals(ramp('ramping-arrival-rate', 'startRate: 250\nvus: 4', 350)) },
  {
    name: 'session-arrival',
    ...arrivals(timed('session-arrival', 'sessions: { rate: 300 }')),
    oneInFlight: true,
  },
  {
    name: 'connection-arrival',
    ...arrivals(timed('connection-arrival', 'rate: 300\nsteps: [connect, { call: tools/list }, close]')),
    oneInFlight: true,
    countsHandshakes: true,
  },
];

for (const one of cases) executorContract(one);
