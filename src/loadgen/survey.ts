import type { Plan, ScenarioPlan } from '../scenario/plan.ts';
import type { Era } from '../wire/mcp.ts';
import { aimedAt, resolveTarget } from './address.ts';
import { discoverEra, requireModern } from './era.ts';
import type { ScenarioFacts } from './facts.ts';
import { initializeParams, initializes, readInitializeResult, statusDuringInitialize } from './initialize.ts';
import { Inquiry } from './inquiry.ts';
import { TimeLimit } from './json-schema/expression.ts';
import { makeArguments, toolsToMakeFor } from './made-arguments.ts';
import { checkSources } from './source-addresses.ts';
import { speaksTls } from './tls-probe.ts';
import { listTools } from './tool-schemas.ts';
import { Unreachable } from './unreachable.ts';

/** All arguments of a run are made in so long at most: the targets' schemas may hold patterns that backtrack without an end. */
const longestMaking = 10_000;

/**
 * Visits the target of every scenario before anything is measured: what the requests are prepared from, and a refused
 * connection, a wrong token or a failed handshake ends the run here. Nothing of it is counted. Rejects with Unreachable.
 */
export async function survey({ scenarios, seed }: Plan): Promise<readonly ScenarioFacts[]> {
  const facts: ScenarioFacts[] = [];
  const making = new TimeLimit(longestMaking);
  for (const [index, scenario] of scenarios.entries()) facts.push(await reach(scenario, seed + index, making));
  return facts;
}

async function reach(scenario: ScenarioPlan, seed: number, making: TimeLimit): Promise<ScenarioFacts> {
  const { url } = scenario.target;
  try {
    await checkSources(scenario);
    const address = await resolveTarget(scenario);
    const aimed = aimedAt(scenario, address);
    return { ...(await visit(aimed, seed, making).catch((error) => examine(aimed, error))), address };
  } catch (error) {
    throw error instanceof Unreachable ? new Unreachable({ ...error.failure, url }) : error;
  }
}

/** A handshake that fails may have met a server of the other era, a plain connection a port for TLS. */
async function examine(scenario: ScenarioPlan, error: unknown): Promise<never> {
  if (!(error instanceof Unreachable)) throw error;
  const { reason, message } = error.failure;
  if (!['closed', 'handshake', 'http-status'].includes(reason)) throw error;
  if (scenario.era === 'legacy' && (await speaksModern(scenario)))
    throw new Unreachable({ reason: 'handshake', code: 'MODERN_ONLY', message });
  if (!scenario.target.secure && (await speaksTls(scenario)))
    throw new Unreachable({ reason: 'tls', code: 'TLS_PORT', message });
  throw error;
}

async function speaksModern(scenario: ScenarioPlan): Promise<boolean> {
  try {
    const inquiry = await Inquiry.open(scenario);
    const { era } = await discoverEra(inquiry, scenario).finally(() => inquiry.close('kill'));
    return era === 'modern';
  } catch {
    return false;
  }
}

async function visit(scenario: ScenarioPlan, seed: number, making: TimeLimit): Promise<Omit<ScenarioFacts, 'address'>> {
  const inquiry = await Inquiry.open(scenario);
  try {
    const facts = await learn(scenario, inquiry, seed, making);
    inquiry.close('delete');
    return { ...facts, ...(inquiry.tls && { tls: inquiry.tls }) };
  } catch (error) {
    inquiry.close('kill');
    throw error;
  }
}

async function learn(
  scenario: ScenarioPlan,
  inquiry: Inquiry,
  seed: number,
  making: TimeLimit,
): Promise<ScenarioFacts> {
  const found = await eraOf(scenario, inquiry);
  const facts =
    found.era === 'legacy' && initializes(scenario) ? { ...found, server: await initialize(inquiry) } : found;
  const toMake = toolsToMakeFor(scenario);
  const wanted = new Set([...toMake, ...toolsInHeaders(scenario, found.era)]);
  if (wanted.size === 0) return facts;
  const list = await listTools(inquiry, found.era, wanted);
  const made = toMake.size > 0 && { made: makeArguments(toMake, list, seed, making) };
  return { ...facts, schemas: list.schemas, ...made };
}

/** Where the era is plain and nothing may be implied, nothing is asked. */
function eraOf(scenario: ScenarioPlan, inquiry: Inquiry): Promise<Pick<ScenarioFacts, 'era' | 'server'>> {
  const { era, lifecycle, steps, target } = scenario;
  const isLegacy = target.transport === 'sse' || steps.some(({ type }) => type === 'initialize');
  if (era === 'auto' && !isLegacy) return discoverEra(inquiry, scenario);
  if (era === 'modern' && lifecycle === 'auto') return requireModern(inquiry, scenario);
  return Promise.resolve({ era: era === 'modern' ? era : 'legacy' });
}

async function initialize(inquiry: Inquiry): Promise<NonNullable<ScenarioFacts['server']>> {
  const { status, text } = await inquiry.ask('initialize', initializeParams, 'legacy');
  if (status !== 200 || text === '') throw new Unreachable(statusDuringInitialize(status));
  const answer = readInitializeResult(text);
  if (answer === undefined)
    throw new Unreachable({ reason: 'handshake', message: `initialize was refused: ${text.slice(0, 200)}` });
  inquiry.initialized(answer.protocolVersion);
  return answer.server;
}

/** Names of the tools whose arguments a header may repeat. One that templates make is none there is: all are asked for. */
function toolsInHeaders({ operations, target }: ScenarioPlan, era: Era): string[] {
  if (era === 'legacy' || target.transport !== 'http') return [];
  return operations.flatMap(({ method, body }) => {
    if (method !== 'tools/call') return [];
    const { params } = JSON.parse(body) as { params: { name: string; arguments?: unknown } };
    return params.arguments === undefined ? [] : [params.name];
  });
}
