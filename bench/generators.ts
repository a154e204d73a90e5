import type { Options } from './options.ts';
import { against, peers } from './peer.ts';
import { compareInRounds, comparisonHead } from './support/comparison.ts';
import { startNullServer } from './support/null-server.ts';
import { pinningNote, separateCores } from './support/pinning.ts';
import { whileRunning } from './support/processes.ts';
import type { Table } from './support/table.ts';

/** Every load generator in a closed loop against the null server. */
export async function benchGenerators(options: Options): Promise<Table> {
  const cores = separateCores();
  const load = { seconds: options.seconds, core: cores?.client };
  return whileRunning(await startNullServer(cores?.server), async (server) => {
    const subjects = peers.map((peer) => against(server, peer, load));
    const rows = await compareInRounds(subjects, options);
    return { head: comparisonHead, rows, notes: [pinningNote(cores)] };
  });
}
