import type { Plan, ScenarioPlan } from '../scenario/plan.ts';
import { discoverEra, requireModern } from './era.ts';
import type { ScenarioFacts } from './facts.ts';
import { initializeParams, initializes, readInitializeResult, statusDuringInitialize } from './initialize.ts';
import { Inquiry } from './inquiry.ts';
import { inputSchemas } from './tool-schemas.ts';
import { Unreachable } from './unreachable.ts';

/**
 * Visits the target of every scenario before anything is measured: what the requests are prepared from, and a refused
 * connection, a wrong token or a failed handshake ends the run here. Nothing of it is counted. Rejects with Unreachable.
 */
export async function survey({ scenarios }: Plan): Promise<readonly ScenarioFacts[]> {
  const facts: ScenarioFacts[] = [];
  for (const scenario of scenarios) facts.push(await visit(scenario));
  return facts;
}

async function visit(scenario: ScenarioPlan): Promise<ScenarioFacts> {
  const inquiry = await Inquiry.open(scenario);
  try {
    const facts = await learn(scenario, inquiry);
    inquiry.close('delete');
    return facts;
  } catch (error) {
    inquiry.close('kill');
    throw error;
  }
}

async function learn(scenario: ScenarioPlan, inquiry: Inquiry): Promise<ScenarioFacts> {
  const found = await eraOf(scenario, inquiry);
  if (found.era === 'legacy') return initializes(scenario) ? { ...found, server: await initialize(inquiry) } : found;
  const called = scenario.target.transport === 'http' ? calledTools(scenario) : [];
  return called.length === 0 ? found : { ...found, schemas: await inputSchemas(inquiry, found.era, called) };
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

/** Names of the tools that are called with arguments. */
function calledTools({ operations }: ScenarioPlan): string[] {
  return operations.flatMap(({ method, body }) => {
    if (method !== 'tools/call') return [];
    const { params } = JSON.parse(body) as { params: { name: string; arguments?: object } };
    return params.arguments === undefined ? [] : [params.name];
  });
}
