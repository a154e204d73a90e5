import type { RunResult } from '../../src/results/result.ts';
import { formatCount, formatMicros } from '../../src/units.ts';
import type { Evidence, Proof } from '../proof.ts';
import { type Disturbance, disturbanceNote, disturbanceOf, isDisturbed } from '../support/disturbance.ts';
import { startLoad } from '../support/mcpb.ts';
import { startNullServer } from '../support/null-server.ts';
import { pinningNote, separateCores } from '../support/pinning.ts';
import { whileRunning } from '../support/processes.ts';

const connections = 18_000;
const load = ['-u', `${connections}`, '-R', '2000/s', '-d', '30s', '--warmup', '2s', '-w', '1', 'tools/list'];

/** As many connections as a common limit of 20,000 open files allows, in one process, with traffic on them. */
export const manyConnections: Proof = {
  claim:
    '18,000 WebSocket connections stand for 30 s in one process under 2,000 arrivals/s, and every request is answered.',
  async run(progress) {
    const cores = separateCores();
    progress(`${connections} connections`);
    const { value: result, disturbance } = await disturbanceOf(async () =>
      whileRunning(
        await startNullServer(cores?.server),
        async ({ urls }) => (await startLoad(['-t', urls.websocket, ...load], cores?.client)).result,
      ),
    );
    return evidence(result, disturbance, pinningNote(cores));
  },
};

/** A run that is not valid shows nothing, whatever it counted. */
export function evidence({ metrics, valid, verdict }: RunResult, disturbance: Disturbance, note: string): Evidence {
  const { connections: held, requests, outcomes, responseTime } = metrics;
  const allStood = held.peak === connections && held.failed === 0 && held.lost === 0;
  const head = ['run', 'connections', 'failed', 'lost', 'planned', 'ok', 'response p50', 'response p99'];
  const row = [
    verdict,
    ...[held.peak, held.failed, held.lost, requests.planned, outcomes.ok].map(formatCount),
    ...[responseTime.p50, responseTime.p99].map((micros) => (micros === null ? '–' : formatMicros(micros))),
  ];
  const holds = allStood && outcomes.ok === requests.planned;
  return {
    verdict: !valid || (!holds && isDisturbed(disturbance)) ? 'undecided' : holds ? 'holds' : 'fails',
    table: { head, rows: [row], notes: [note, disturbanceNote([disturbance])] },
  };
}
