import { pinned } from './pinning.ts';
import { type CpuTime, cpuBetween, cpuOfEndedChildren, peakResidentBytes } from './proc.ts';
import { type Command, outputOf, start } from './processes.ts';
import { sampleDuring } from './sampler.ts';

const sampleMillis = 100;

export interface MeasuredRun {
  readonly stdout: string;
  /** Of its whole life. */
  readonly cpu: CpuTime;
  readonly peakBytes: number;
}

interface RunOptions {
  readonly core: number | undefined;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly started?: ((pid: number) => void) | undefined;
}

/** Runs a program to its end, on one core when given. No other child of this process may end meanwhile. */
export async function runMeasured(command: Command, { core, env, started }: RunOptions): Promise<MeasuredRun> {
  const before = cpuOfEndedChildren();
  const program = await start(pinned(command, core), env);
  started?.(program.pid);
  const [peakBytes, stdout] = await Promise.all([peakBytesOf(program), outputOf(command, program)]);
  return { stdout, cpu: cpuBetween(before, cpuOfEndedChildren()), peakBytes };
}

/** The most resident memory a process had up to its end, or to a tenth of a second before. */
export async function peakBytesOf({ pid, ended }: { readonly pid: number; readonly ended: Promise<unknown> }) {
  const samples = await sampleDuring(ended, sampleMillis, () => peakResidentBytes(pid));
  return Math.max(...samples.map(({ value }) => value).filter((bytes) => !Number.isNaN(bytes)));
}
