import { measureWorkers, type WorkersRound, workersTable } from '../benches/workers.ts';
import type { Proof } from '../proof.ts';
import { disturbanceNote, disturbanceOf, isDisturbed } from '../support/disturbance.ts';
import { spread } from '../support/rounds.ts';

const seconds = 3;
const rounds = 5;
const most = 1.1;

/** Splitting a load over threads changes neither the load nor its cost. */
export const twoWorkers: Proof = {
  claim:
    'Two workers plan exactly the arrivals of one, and a request costs at most 1.10 times the CPU time, median of five rounds.',
  async run(progress) {
    const { value: measured, disturbance } = await disturbanceOf(async () => {
      const all: WorkersRound[] = [];
      for (let round = 0; round < rounds; round++) {
        progress(`round ${round + 1} of ${rounds}`);
        all.push(await measureWorkers(seconds, round));
      }
      return all;
    });
    const ratio = spread(measured.map(({ costs: [one, two] }) => two.cpuMicros / one.cpuMicros)).median;
    const plans = new Set(measured.flatMap((round) => round.plans.map(({ planned }) => JSON.stringify(planned))));
    const { notes, ...table } = workersTable(measured);
    return {
      // Plans do not depend on what else the machine does, costs do.
      verdict: plans.size > 1 ? 'fails' : isDisturbed(disturbance) ? 'undecided' : ratio <= most ? 'holds' : 'fails',
      table: { ...table, notes: [...notes, disturbanceNote([disturbance])] },
    };
  },
};
