import { type GatewayOptions, gatewayConfig } from '../../src/gateway/config.ts';
import { Counters } from '../../src/gateway/counters.ts';
import { DataPlane } from '../../src/gateway/data-plane.ts';
import type { Backend } from '../../src/router/backend.ts';
import { EchoBackend } from '../../src/router/backends/echo.ts';
import { Router } from '../../src/router/router.ts';

/** One worker's inside without its sockets. */
export function planeOf(
  options: GatewayOptions,
  backend: Backend = new EchoBackend({ worker: 0, version: '0' }),
): DataPlane {
  const start = { config: gatewayConfig(options), index: 0, version: '0', counters: Counters.allocate() };
  return new DataPlane(start, new Router(backend), () => {});
}
