import { formatBytes, formatCount } from '../../src/units.ts';
import type { Bench, Piece } from '../bench.ts';
import { bytesPerSession, type Holder, holders } from '../holder.ts';
import { isInstalled, missingNote } from '../support/programs.ts';

interface Held {
  readonly name: string;
  readonly state: string;
  readonly sessions: number;
  readonly bytesPerSession: number;
}

/** Memory of one WebSocket session: in load generators against the null server, and in gateways. */
export const idleMemory: Bench<Held> = {
  flags: ['sessions'],

  pieces(options) {
    return holders.filter(isInstalled).map((holder) => growth(holder, options.sessions));
  },

  table(held) {
    const rows = held.map(({ name, state, sessions, bytesPerSession }) => [
      name,
      state,
      formatCount(sessions),
      formatBytes(bytesPerSession),
    ]);
    return { head, rows, notes: [note, ...missingNote(holders)] };
  },
};

const head = ['process', 'its sessions are', 'sessions', 'memory per session'];
const note =
  'Memory per session: resident memory (VmRSS) with all sessions, less that with one session, by the sessions between.';

function growth(holder: Holder, wanted: number): Piece<Held> {
  const { name, state, most = Number.POSITIVE_INFINITY } = holder;
  const sessions = Math.min(wanted, most);
  return {
    name: `idle-memory: ${sessions} sessions of ${name}, ${state}`,
    measure: async () => ({ name, state, sessions, bytesPerSession: await bytesPerSession(holder, sessions) }),
  };
}
