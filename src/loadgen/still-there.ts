import { connect } from 'node:net';
import type { ScenarioPlan } from '../scenario/plan.ts';
import { addressOf } from './streams/socket.ts';
import { connectFailure } from './transports/failure.ts';

const longestWait = 1000;

/**
 * Why nothing takes a connection any more where a scenario's load went; undefined where something does, where
 * it is this machine that cannot, and of a command.
 */
export function whyGone({ target, localAddresses, connectTimeout }: ScenarioPlan): Promise<string | undefined> {
  if (target.transport === 'stdio') return Promise.resolve(undefined);
  const limit = Math.min(connectTimeout, longestWait);
  const socket = connect({ ...addressOf(target, localAddresses[0]), timeout: limit });
  const answer = new Promise<string | undefined>((resolve) => {
    socket.on('connect', () => resolve(undefined));
    socket.on('timeout', () => resolve(`no answer within ${limit} ms`));
    socket.on('error', (error) => {
      const { reason, message } = connectFailure(error, 'connecting');
      resolve(reason === 'local' ? undefined : message);
    });
  });
  return answer.finally(() => socket.destroy());
}
