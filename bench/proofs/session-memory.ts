import { formatBytes, formatCount } from '../../src/units.ts';
import { bytesPerSession } from '../holder.ts';
import { busySessions, idleSessions, loadHolder } from '../holders/mcpb-load.ts';
import type { Proof } from '../proof.ts';

const sessions = 18_000;
/** Beyond what the process takes up once, however many sessions there are. */
const fewer = 2000;
const limits = [
  { holder: loadHolder(idleSessions), mostBytes: 6 * 1024 },
  { holder: loadHolder(busySessions), mostBytes: 8 * 1024 },
];

/** What a session costs where there are as many as a common limit of open files allows. */
export const sessionMemory: Proof = {
  claim:
    'At 18,000 WebSocket sessions a session takes at most 6 KiB of process memory when idle, 8 KiB with one request in flight.',
  async run(progress) {
    const rows: string[][] = [];
    let holds = true;
    for (const { holder, mostBytes } of limits) {
      progress(`${fewer} sessions, then ${sessions}, ${holder.state}`);
      const bytes = await bytesPerSession(holder, sessions, fewer);
      holds &&= bytes <= mostBytes;
      rows.push([holder.state, formatCount(sessions), formatBytes(bytes), formatBytes(mostBytes)]);
    }
    const head = ['sessions are', 'sessions', 'memory per session', 'limit'];
    return { verdict: holds ? 'holds' : 'fails', table: { head, rows, notes: [note] } };
  },
};

const note = `Memory per session: resident memory (VmRSS) with ${formatCount(sessions)} sessions, less that with ${formatCount(fewer)}, by the sessions between.`;
