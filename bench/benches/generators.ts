import type { Bench } from '../bench.ts';
import { peers } from '../peer.ts';
import { comparisonHead, comparisonRows, type Round, roundPieces } from '../support/comparison.ts';
import { startNullServer } from '../support/null-server.ts';
import { pinningNote, separateCores } from '../support/pinning.ts';
import { whileRunning } from '../support/processes.ts';
import { isInstalled, missingNote } from '../support/programs.ts';
import { agreementNote, notStoodNote } from '../support/round-notes.ts';
import { ruled } from '../support/ruler.ts';

/** Every load generator in a closed loop against the null server. */
export const generators: Bench<Round> = {
  flags: ['connections', 'seconds', 'rounds'],

  pieces(options) {
    const cores = separateCores();
    const { seconds = 3, connections = [1, 64, 1000, 10_000] } = options;
    const load = { seconds, core: cores?.client };
    return roundPieces('generators', { ...options, seconds, connections }, async (measure) =>
      whileRunning(await startNullServer(cores?.server), (server) =>
        measure(peers.filter(isInstalled).map((peer) => ruled(server, peer, load))),
      ),
    );
  },

  table(rounds) {
    const notes = [
      pinningNote(separateCores()),
      ...notStoodNote(rounds),
      ...agreementNote(rounds),
      ...missingNote(peers),
    ];
    return { head: comparisonHead, rows: comparisonRows(rounds), notes };
  },
};
