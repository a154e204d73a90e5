import { createHash } from 'node:crypto';
import type { Environment } from './result.ts';

/** What the generator adds to the machine: the same box with other settings is another class. */
export interface GeneratorSettings {
  readonly workers: number;
  readonly pacing: string;
  readonly engineRevision: number;
}

export type ClassFields = Readonly<Record<string, string | number | null>>;
type Described = Omit<Environment, 'class'> & { readonly cpuSignature?: string };

/** Everything that must agree for two results to be compared, by readable name. */
export function classFields(environment: Described, generator: GeneratorSettings): ClassFields {
  return {
    architecture: environment.arch,
    'CPU model': environment.cpuModel,
    'CPU family, model, stepping, flags': environment.cpuSignature ?? null,
    cores: environment.cores,
    'CPU quota': environment.cgroup.cpuQuota,
    'memory (GiB, power of two)': memoryClass(environment.memoryBytes),
    kernel: majorMinor(environment.kernel),
    virtualisation: environment.virtualization,
    'Node major': environment.node.split('.', 1)[0],
    'engine revision': generator.engineRevision,
    pacing: generator.pacing,
    workers: generator.workers,
    placement: environment.placement,
  };
}

/** The same of a stored result or baseline. */
export function classFieldsOf(run: {
  readonly environment: Environment;
  readonly generator: Pick<GeneratorSettings, 'workers' | 'pacing'>;
  readonly engineRevision: number;
}): ClassFields {
  return classFields(run.environment, { ...run.generator, engineRevision: run.engineRevision });
}

/** `x64-2c-4g-1a2b3c4d`: architecture, usable cores, memory, and eight hex digits of the hash of all fields. */
export function machineClass(environment: Described, generator: GeneratorSettings): string {
  const fields = classFields(environment, generator);
  const memory = memoryClass(environment.memoryBytes);
  return `${environment.arch}-${environment.cores}c-${memory}g-${hash8(JSON.stringify(fields))}`;
}

/** GiB rounded to the nearest power of two: what firmware and kernel keep for themselves makes no other machine. */
function memoryClass(bytes: number): number {
  return 2 ** Math.round(Math.log2(bytes / 2 ** 30));
}

function majorMinor(release: string): string {
  return /^\d+\.\d+/.exec(release)?.[0] ?? release;
}

/** First eight hex digits of the sha256. */
export function hash8(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8);
}
