import type { GatewayOptions } from '../../src/gateway/config.ts';
import { InFlight } from '../../src/gateway/in-flight.ts';
import type { FromWorker, ToWorker } from '../../src/gateway/protocol.ts';
import { receiveSessionMessage, type SessionMessage } from '../../src/gateway/session-messages.ts';
import { SessionRelay } from '../../src/gateway/session-relay.ts';
import type { Backend } from '../../src/router/backend.ts';
import { type ListeningPlane, listeningPlane } from './plane.ts';

/** The insides of several workers, each with a port of its own, that tell each other of sessions as through main. */
export async function listeningPlanes(
  options: GatewayOptions,
  backends: readonly Backend[],
): Promise<{ readonly planes: readonly ListeningPlane[]; readonly relay: SessionRelay; close(): Promise<void> }> {
  const planes: ListeningPlane[] = [];
  const deliver = (to: number, message: ToWorker) => {
    const copy = structuredClone(message) as SessionMessage;
    setImmediate(() => receiveSessionMessage((planes[to] as ListeningPlane).plane, copy));
  };
  const relay = new SessionRelay(deliver);
  const post = (from: number) => (message: FromWorker) => {
    if (/^session/.test(message.type)) relay.receive(from, message as Parameters<SessionRelay['receive']>[1]);
  };
  const inFlight = InFlight.allocate(backends.length, 1_000);
  for (const [index, backend] of backends.entries()) {
    const limits = { ...options.limits, sessions: 1_000 };
    const surroundings = { index, post: post(index), inFlight };
    planes.push(await listeningPlane({ ...options, limits, workers: backends.length }, backend, surroundings));
    relay.join(index);
  }
  return {
    planes,
    relay,
    close: async () => {
      await Promise.all(planes.map((plane) => plane.close()));
    },
  };
}
