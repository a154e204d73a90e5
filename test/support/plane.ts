import { type GatewayOptions, gatewayConfig } from '../../src/gateway/config.ts';
import { Counters } from '../../src/gateway/counters.ts';
import { DataPlane } from '../../src/gateway/data-plane.ts';
import { InFlight, slotsFor } from '../../src/gateway/in-flight.ts';
import { claimPorts } from '../../src/gateway/ports.ts';
import type { FromWorker } from '../../src/gateway/protocol.ts';
import type { Backend } from '../../src/router/backend.ts';
import { EchoBackend } from '../../src/router/backends/echo.ts';
import { Router } from '../../src/router/router.ts';

export interface PlaneSurroundings {
  readonly index?: number;
  readonly post?: (message: FromWorker) => void;
  /** Shared with other workers. */
  readonly inFlight?: SharedArrayBuffer;
}

/** One worker's inside without its sockets. */
export function planeOf(
  options: GatewayOptions,
  backend: Backend = new EchoBackend({ worker: 0, version: '0' }),
  { index = 0, post = () => {}, inFlight }: PlaneSurroundings = {},
): DataPlane {
  const config = gatewayConfig(options);
  const shared = inFlight ?? InFlight.allocate(config.workers, slotsFor(config));
  const start = {
    config,
    index,
    version: '0',
    counters: Counters.allocate(),
    inFlight: shared,
    ticketKeys: new Uint8Array(),
  };
  return new DataPlane(start, new Router(backend), post);
}

export interface ListeningPlane {
  readonly plane: DataPlane;
  /** Of `/mcp`. */
  readonly url: string;
  close(): Promise<void>;
}

/** The same with its HTTP port open. */
export async function listeningPlane(
  options: GatewayOptions,
  backend?: Backend,
  { post, ...surroundings }: PlaneSurroundings = {},
): Promise<ListeningPlane> {
  const config = gatewayConfig({ http: '0', ws: 'off', tcp: 'off', ...options });
  const [listener] = await claimPorts(config.listeners);
  const http = `127.0.0.1:${listener?.address.port}`;
  const drained = Promise.withResolvers<void>();
  const hear = (message: FromWorker) => {
    if (message.type === 'drained') drained.resolve();
    else post?.(message);
  };
  const plane = planeOf({ ws: 'off', tcp: 'off', ...options, http }, backend, { ...surroundings, post: hear });
  await plane.listen();
  return {
    plane,
    url: `http://${http}/mcp`,
    close: () => {
      plane.drain('');
      plane.cut();
      return drained.promise;
    },
  };
}
