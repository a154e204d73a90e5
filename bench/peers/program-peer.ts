import type { Load } from '../peer.ts';
import { runMeasured } from '../support/measured-run.ts';
import type { Measurement, ToolReport } from '../support/measurement.ts';
import type { Command } from '../support/processes.ts';
import { headers } from '../workload.ts';

/** Runs a program and measures it from outside: CPU time of its whole life by the requests it reports. */
export async function measureProgram(
  command: Command,
  { core, started }: Load,
  read: (stdout: string) => ToolReport | Promise<ToolReport>,
  env?: NodeJS.ProcessEnv,
): Promise<Measurement> {
  const { stdout, cpu, peakBytes } = await runMeasured(command, { core, env, started });
  const { dropped = 0, ...report } = await read(stdout);
  const perRequest = { userMicros: cpu.user / report.requests, kernelMicros: cpu.kernel / report.requests };
  return { ...report, ...perRequest, peakBytes, dropped, lag: null };
}

/** `-H 'Name: value'` for every header of the workload. */
export function headerFlags(flag: string): string[] {
  return Object.entries(headers).flatMap(([name, value]) => [flag, `${name}: ${value}`]);
}
