import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Holder } from '../holder.ts';
import { startNullServer } from '../support/null-server.ts';
import { residentBytes } from '../support/proc.ts';
import { startServer, whileRunning } from '../support/processes.ts';

const script = fileURLToPath(new URL('ws-holder.ts', import.meta.url));
/** Until the memory of connecting has been collected, or not. */
const settleMillis = 3000;

/** Sockets of `ws` in a script. */
export const wsHolder: Holder = {
  name: 'ws',
  state: 'idle',
  residentBytes: async (sessions) =>
    whileRunning(await startNullServer(), async ({ urls }) =>
      whileRunning(await startServer([process.execPath, script, urls.websocket, `${sessions}`]), async ({ pid }) => {
        await sleep(settleMillis);
        return residentBytes(pid);
      }),
    ),
};
