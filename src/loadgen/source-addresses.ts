import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { isIP } from 'node:net';
import type { ScenarioPlan } from '../scenario/plan.ts';
import { Unreachable } from './unreachable.ts';

/** Every source address of the pool is one of this machine: connections of the others would all fail. Rejects with Unreachable. */
export async function checkSources({ localAddresses }: ScenarioPlan): Promise<void> {
  for (const address of localAddresses)
    if (!(await isOurs(address)))
      throw new Unreachable({
        reason: 'local',
        code: 'LOCAL_ADDRESS',
        message: `not a source address of this machine: ${address}`,
      });
}

/** The kernel knows: it binds nothing else. A datagram socket disturbs nobody. */
async function isOurs(address: string): Promise<boolean> {
  const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
  try {
    socket.bind({ address, exclusive: true });
    await once(socket, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    socket.close();
  }
}
