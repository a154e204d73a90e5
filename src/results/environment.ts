import { release, type } from 'node:os';
import { type MachineCounters, type MachineFacts, readFacts } from './machine.ts';
import { hash8, machineClass } from './machine-class.ts';
import type { Environment } from './result.ts';

export { type MachineCounters, readMachine } from './machine.ts';

export interface RunPlacement {
  readonly placement: Environment['placement'];
  readonly workers: number;
  readonly pacing: string;
  readonly engineRevision: number;
  /** Length of the time between the two readings. */
  readonly windowSeconds: number;
  /** Where a CI provider is recognised by its variables; absent = not looked for. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly declared?: Environment['declared'];
}

/** The environment of a run of this version, with all that comparisons need. */
export type MachineEnvironment = Environment & Required<Pick<Environment, 'cpuSignature' | 'boot'>>;

/** The machine a run was made on and what it did between two readings of `readMachine`. */
export function environmentBetween(
  before: MachineCounters,
  after: MachineCounters,
  run: RunPlacement,
): MachineEnvironment {
  return describe(readFacts(), before, after, run);
}

/** The same from given facts: no system is asked for anything that may differ between two calls. */
export function describe(
  facts: MachineFacts,
  before: MachineCounters,
  after: MachineCounters,
  run: RunPlacement,
): MachineEnvironment {
  const ci = run.env && ciProvider(run.env);
  const described = {
    os: type(),
    kernel: release(),
    arch: process.arch,
    cpuModel: facts.cpu.model ?? 'unknown',
    cpuSignature: cpuSignature(facts),
    cores: facts.cores,
    memoryBytes: facts.memoryBytes,
    node: process.versions.node,
    v8: process.versions.v8,
    virtualization: virtualization(facts),
    cgroup: { cpuQuota: facts.cpuQuota, throttledRatio: throttledRatio(before, after, run.windowSeconds) },
    steal: stealRatio(before, after),
    placement: run.placement,
    boot: facts.bootId === null ? null : hash8(facts.bootId),
    ...(ci === undefined ? {} : { ci }),
    ...(run.declared === undefined ? {} : { declared: run.declared }),
  };
  return { class: machineClass(described, run), ...described };
}

/** In fewer ticks of 10 ms a single stolen one would look like much. */
const fewestTicks = 100;

/** Share of all ticks that the hypervisor gave to others. */
function stealRatio(before: MachineCounters, after: MachineCounters): number | null {
  if (before.ticks === null || after.ticks === null) return null;
  const total = after.ticks.total - before.ticks.total;
  return total >= fewestTicks ? (after.ticks.steal - before.ticks.steal) / total : null;
}

function throttledRatio(before: MachineCounters, after: MachineCounters, windowSeconds: number): number | null {
  if (before.throttledMicros === null || after.throttledMicros === null || windowSeconds <= 0) return null;
  return Math.min(1, (after.throttledMicros - before.throttledMicros) / (windowSeconds * 1e6));
}

function virtualization(facts: MachineFacts): Environment['virtualization'] {
  if (facts.containerised) return 'container';
  if (facts.cpu.flags.length === 0) return 'unknown';
  if (facts.cpu.flags.includes('hypervisor')) return 'vm';
  return process.arch === 'x64' ? 'metal' : 'unknown'; // only x86 has a flag for it
}

function cpuSignature({ cpu }: MachineFacts): string {
  const parts = [cpu.family, cpu.modelNumber, cpu.stepping].map((part) => part ?? '?');
  return `${parts.join('/')} flags ${hash8(cpu.flags.join(' '))}`;
}

const ciVariables = {
  GITHUB_ACTIONS: 'github-actions',
  GITLAB_CI: 'gitlab-ci',
  BUILDKITE: 'buildkite',
  CIRCLECI: 'circleci',
  JENKINS_URL: 'jenkins',
  CI: 'unknown',
} as const;

function ciProvider(env: Readonly<Record<string, string | undefined>>): string | undefined {
  return Object.entries(ciVariables).find(([variable]) => env[variable])?.[1];
}

/** Which boot of the machine a result is from; null = the result does not say. */
export function bootOf(environment: Environment): string | null {
  return environment.boot ?? null;
}
