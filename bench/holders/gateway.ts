import type { Holder } from '../holder.ts';
import { type Gateway, startGateway } from '../support/gateways.ts';
import { whileRunning } from '../support/processes.ts';
import { hold, idleSessions } from './mcpb-load.ts';

/** A gateway with idle sessions of `mcpb load`. */
export function gatewayHolder(gateway: Gateway): Holder {
  return {
    name: gateway.name,
    state: idleSessions.state,
    residentBytes: async (sessions) =>
      whileRunning(
        await startGateway(gateway, undefined),
        async (server) => (await hold(idleSessions, server, sessions)).serverBytes,
      ),
  };
}
