import type { BundledTransport } from '../../src/scenario/plan.ts';
import { mcpb } from '../peers/mcpb.ts';
import type { Proof } from '../proof.ts';
import { disturbanceNote, disturbanceOf, isDisturbed } from '../support/disturbance.ts';
import { type Growth, growthCells, growthHead, growthOf } from '../support/growth.ts';
import { pinningNote, separateCores } from '../support/pinning.ts';

const transports: readonly BundledTransport[] = ['http', 'websocket', 'tcp'];
const instants = { early: 20, late: 60 };
const most = 1.05;

/** Nothing is kept for each request. */
export const memoryFlat: Proof = {
  claim: 'A minute at full speed ends with at most 5 % more memory than it had after 20 s, over each transport.',
  async run(progress) {
    const { value: grown, disturbance } = await disturbanceOf(async () => {
      const all: Growth[] = [];
      for (const transport of transports) {
        progress(transport);
        all.push(await growthOf(mcpb(transport), instants));
      }
      return all;
    });
    const holds = grown.every(({ earlyBytes, lateBytes }) => lateBytes <= most * earlyBytes);
    const notes = [pinningNote(separateCores()), disturbanceNote([disturbance])];
    return {
      verdict: isDisturbed(disturbance) ? 'undecided' : holds ? 'holds' : 'fails',
      table: { head: growthHead, rows: grown.map(growthCells), notes },
    };
  },
};
