import type { Plan, ScenarioPlan } from '../scenario/plan.ts';
import type { ScenarioFacts } from './facts.ts';
import { initializeParams, initializes, readInitializeResult, statusDuringInitialize } from './initialize.ts';
import { Inquiry } from './inquiry.ts';
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
    return { era: 'legacy', ...(initializes(scenario) && { server: await initialize(inquiry) }) };
  } finally {
    inquiry.close();
  }
}

async function initialize(inquiry: Inquiry): Promise<NonNullable<ScenarioFacts['server']>> {
  const { status, text } = await inquiry.ask('initialize', initializeParams);
  if (status !== 200 || text === '') throw new Unreachable(statusDuringInitialize(status));
  const answer = readInitializeResult(text);
  if (answer === undefined)
    throw new Unreachable({ reason: 'handshake', message: `initialize was refused: ${text.slice(0, 200)}` });
  inquiry.initialized(answer.protocolVersion);
  return answer.server;
}
