import { connect } from 'node:net';
import type { ScenarioPlan } from '../scenario/plan.ts';
import type { Era } from '../wire/mcp.ts';
import { initializeParams } from './initialize.ts';
import { Inquiry } from './inquiry.ts';
import { addressOf } from './streams/socket.ts';
import type { OpenFailure } from './transport.ts';
import { connectFailure } from './transports/failure.ts';
import { Unreachable } from './unreachable.ts';

const longestWait = 1000;

/**
 * Why nothing takes a connection any more where a scenario's load went, or no new process of its command answers;
 * undefined where something does, and where it is this machine that cannot.
 */
export function whyGone(scenario: ScenarioPlan, era: Era): Promise<string | undefined> {
  return scenario.target.transport === 'stdio' ? whyUnanswered(scenario, era) : whyUnconnected(scenario);
}

function whyUnconnected({ target, localAddresses, connectTimeout }: ScenarioPlan): Promise<string | undefined> {
  const limit = Math.min(connectTimeout, longestWait);
  const socket = connect({ ...addressOf(target, localAddresses[0]), timeout: limit });
  const answer = new Promise<string | undefined>((resolve) => {
    socket.on('connect', () => resolve(undefined));
    socket.on('timeout', () => resolve(`no answer within ${limit} ms`));
    socket.on('error', (error) => resolve(fault(connectFailure(error, 'connecting'))));
  });
  return answer.finally(() => socket.destroy());
}

/** That it can be spawned says nothing of a command: it has to answer, with whatever. */
async function whyUnanswered(scenario: ScenarioPlan, era: Era): Promise<string | undefined> {
  try {
    const inquiry = await Inquiry.open(scenario);
    const [method, params] = era === 'modern' ? ['server/discover', {}] : ['initialize', initializeParams];
    await inquiry.ask(method, params, era).finally(() => inquiry.close('kill'));
    return undefined;
  } catch (error) {
    if (error instanceof Unreachable) return fault(error.failure);
    throw error;
  }
}

function fault({ reason, message }: OpenFailure): string | undefined {
  return reason === 'local' ? undefined : message;
}
