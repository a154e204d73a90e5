import type { DataPlane } from './data-plane.ts';
import type { ToWorker } from './protocol.ts';

export type SessionMessage = Extract<ToWorker, { type: `session${string}` }>;

/** Takes in what main says about sessions. */
export function receiveSessionMessage(plane: DataPlane, message: SessionMessage): void {
  switch (message.type) {
    case 'session-opened':
      return plane.store.adopt(message.record);
    case 'session-known':
      return plane.store.published(message.id);
    case 'session-ended':
      return plane.store.ended(message.id);
    case 'sessions-used':
      return plane.store.touched(message.ids);
    case 'session-hops':
      return plane.hops.receive(message.from, message.hops);
    case 'sessions-lost':
      plane.store.lost(message.worker);
      return plane.hops.lost(message.worker);
  }
}
