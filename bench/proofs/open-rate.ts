import type { RunResult } from '../../src/results/result.ts';
import { formatMicros, formatPercent } from '../../src/units.ts';
import type { Evidence, Proof } from '../proof.ts';
import { startLoad } from '../support/mcpb.ts';
import { startNullServer } from '../support/null-server.ts';
import { pinningNote, separateCores } from '../support/pinning.ts';
import { whileRunning } from '../support/processes.ts';
import { spread } from '../support/rounds.ts';

const rate = 20_000;
const connections = 64;
const leastAchieved = 0.999;
const mostLagMicros = 1000;
const rounds = 3;
/** A rate this low leaves little room for the compiler beside it: on one core it needs some seconds longer than at full speed. */
const load = ['-R', `${rate}/s`, '-u', `${connections}`, '-d', '10s', '--warmup', '10s', 'tools/list'];

/** The pacer at a rate that leaves 50 µs from one arrival to the next. */
export const openRate: Proof = {
  claim:
    '20,000 arrivals/s over 64 WebSocket connections: achieved ≥ 0.999, generator lag p99 ≤ 1 ms, median of three runs.',
  async run(progress) {
    const cores = separateCores();
    return whileRunning(await startNullServer(cores?.server), async ({ urls }) => {
      const results: RunResult[] = [];
      for (let round = 1; round <= rounds; round++) {
        progress(`${rate} arrivals/s, run ${round} of ${rounds}`);
        results.push(await (await startLoad(['-t', urls.websocket, ...load], cores?.client)).result);
      }
      return evidence(results, pinningNote(cores));
    });
  },
};

function evidence(results: readonly RunResult[], note: string): Evidence {
  const lag = spread(results.map(({ metrics }) => metrics.generatorLag.p99 ?? Number.POSITIVE_INFINITY)).median;
  const holds = spread(results.map(achieved)).median >= leastAchieved && lag <= mostLagMicros;
  return {
    verdict: results.some(({ valid }) => !valid) ? 'undecided' : holds ? 'holds' : 'fails',
    table: { head, rows: results.map(row), notes: [note] },
  };
}

const head = ['run', 'achieved', 'lag p50', 'lag p99', 'lag p99.9', 'receive lag p99', 'response p50', 'response p99'];

function row(result: RunResult): string[] {
  const { generatorLag, receiveLag, responseTime } = result.metrics;
  const times = [
    generatorLag.p50,
    generatorLag.p99,
    generatorLag.p999,
    receiveLag.p99,
    responseTime.p50,
    responseTime.p99,
  ];
  return [result.verdict, formatPercent(achieved(result)), ...times.map((micros) => formatMicros(micros ?? 0))];
}

/** Share of what was due that was answered. */
function achieved({ metrics: { requests } }: RunResult): number {
  return requests.completed / requests.planned;
}
