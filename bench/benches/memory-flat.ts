import type { Bench } from '../bench.ts';
import { peers } from '../peer.ts';
import { type Growth, growthCells, growthHead, growthOf } from '../support/growth.ts';
import { pinningNote, separateCores } from '../support/pinning.ts';
import { isInstalled, missingNote } from '../support/programs.ts';

const contestants = peers.filter(({ name }) => ['mcpb', 'k6', 'oha'].includes(name));

/** Memory of a load generator that has been at full speed for a minute, beside what it had after a third of it. */
export const memoryFlat: Bench<Growth> = {
  flags: ['seconds'],

  pieces({ seconds = 60 }) {
    return contestants.filter(isInstalled).map((peer) => ({
      name: `memory-flat: ${peer.name}, ${peer.transport}, ${seconds} s`,
      measure: () => growthOf(peer, { early: seconds / 3, late: seconds }),
    }));
  },

  table(grown) {
    return {
      head: growthHead,
      rows: grown.map(growthCells),
      notes: [pinningNote(separateCores()), ...missingNote(contestants)],
    };
  },
};
