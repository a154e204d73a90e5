import { type Attempt, attempt, type RunContext } from './attempt.ts';
import type { CaseReport } from './document.ts';
import { judge } from './judge.ts';
import type { Trial } from './trials.ts';

/** Runs that the machine spoilt are made again, so often in all. */
const mostAttempts = 3;

/** Runs a case over a transport until the machine lets it be told whether it passes, or too often. */
export async function reportOf(
  { name, one, transport }: Trial,
  context: RunContext,
  progress: (line: string) => void,
): Promise<CaseReport> {
  const disturbances: string[] = [];
  for (let attempts = 1; ; attempts++) {
    progress(`${name} over ${transport}${attempts > 1 ? `, again (${attempts} of ${mostAttempts})` : ''}`);
    const run = await attempt(one, transport, context);
    const judged = judge(one, run);
    disturbances.push(...judged.disturbances);
    if (judged.verdict === 'disturbed' && attempts < mostAttempts) continue;
    const { verdict, figures } = judged;
    const { says } = one;
    return { name, says, transport, attempts, verdict, figures, disturbances, ...circumstances(run) };
  }
}

function circumstances({ result, server }: Attempt): Pick<CaseReport, 'model' | 'lateness' | 'machine'> {
  const { generatorLag, receiveLag } = result.metrics;
  const { cpuModel, cores, os, kernel, node } = result.environment;
  return {
    model: result.model,
    lateness: {
      generator: generatorLag.p99 ?? generatorLag.max ?? 0,
      receive: receiveLag.p99 ?? receiveLag.max ?? 0,
      server: server.lateness.p99,
    },
    machine: `${cpuModel}, ${cores} cores, ${os} ${kernel}, Node ${node}`,
  };
}
