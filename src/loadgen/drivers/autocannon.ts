import { createRequire } from 'node:module';
import autocannon, { type Client, type Options, type Result } from 'autocannon';
import type { CrossCheckFigures } from '../../results/cross-check.ts';
import type { Plan, ScenarioPlan } from '../../scenario/plan.ts';
import { hostField } from '../../wire/http1.ts';
import { aimedAt } from '../address.ts';
import type { Driver } from '../driver.ts';
import type { ScenarioFacts } from '../facts.ts';
import { initializes } from '../initialize.ts';
import type { Fields } from '../request.ts';
import { prepareRequests } from '../requests.ts';
import { serverNameOf } from '../streams/tls.ts';
import { survey } from '../survey.ts';
import { postFields } from '../transports/http-fields.ts';
import { HttpSessions, targetUrl } from './http-sessions.ts';

/** It ends its load at the next of these looks at the clock, ms. */
const sampleInterval = 10;

/**
 * Makes the load on this thread: the same connections with a session each, warmed up for as long. Every request is the
 * same, its id included.
 */
export function autocannonDriver(): Driver {
  const { version } = createRequire(import.meta.url)('autocannon/package.json') as { version: string };
  return { version, load };
}

async function load(plan: Plan, stop: AbortSignal): Promise<CrossCheckFigures> {
  const [facts] = await survey(plan);
  const scenario = aimedAt(plan.scenarios[0], facts.address);
  const { executor, phases } = scenario;
  const sessions = new HttpSessions(scenario);
  try {
    if (facts.era === 'legacy' && initializes(scenario)) await sessions.open(executor.vus);
    const options = optionsOf(scenario, facts, sessions.opened);
    if (phases.warmup > 0) await fire({ ...options, duration: phases.warmup }, stop);
    return figures(await fire({ ...options, ...amountOf(scenario) }, stop), executor.vus);
  } finally {
    await sessions.end();
  }
}

/** A number of requests has a limit of time, too, which autocannon does not know. */
async function fire(options: Options, stop: AbortSignal): Promise<Result> {
  const instance = autocannon(options);
  const end = () => instance.stop();
  const limit = setTimeout(end, options.duration * 1000);
  stop.addEventListener('abort', end, { once: true });
  if (stop.aborted) end();
  try {
    return await instance;
  } finally {
    clearTimeout(limit);
    stop.removeEventListener('abort', end);
  }
}

function optionsOf(scenario: ScenarioPlan, facts: ScenarioFacts, sessions: readonly Fields[]): Options {
  const { executor, target, tls, timeout, phases } = scenario;
  const [{ body, headers = [] }] = prepareRequests(scenario, facts, () => undefined);
  const servername = serverNameOf(scenario);
  const fields = (session: Fields) =>
    Object.fromEntries([['Host', hostField(target)], ...postFields(scenario, session), ...headers]);
  let next = 0;
  return {
    url: targetUrl(scenario),
    method: 'POST',
    headers: fields([]),
    body,
    connections: executor.vus,
    duration: phases.measure,
    timeout: timeout / 1000,
    sampleInt: sampleInterval,
    // What it would correct are values filled in 1 ms apart, whatever the rate.
    ...(executor.model === 'open' && { overallRate: executor.stages[0].from, ignoreCoordinatedOmission: true }),
    ...(sessions.length > 0 && {
      setupClient: (client: Client) => client.setHeaders(fields(sessions[next++ % sessions.length])),
    }),
    ...(target.secure && { ...(tls && { tlsOptions: tls }), ...(servername && { servername }) }),
  };
}

function amountOf({ executor }: ScenarioPlan): { readonly amount?: number } {
  const { vus, iterationsPerVU, iterations = iterationsPerVU && iterationsPerVU * vus } = executor;
  return iterations === undefined ? {} : { amount: iterations };
}

function figures(result: Result, connections: number): CrossCheckFigures {
  const { duration, errors, timeouts, non2xx, latency } = result;
  const micros = (millis: number) => Math.round(millis * 1000);
  return {
    seconds: duration,
    connections,
    requests: { completed: result.requests.total, errors, timeouts, non2xx },
    throughputPerSecond: duration > 0 ? result['2xx'] / duration : 0,
    latency: { p50: micros(latency.p50), p90: micros(latency.p90), p99: micros(latency.p99), max: micros(latency.max) },
  };
}
