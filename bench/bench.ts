import { featuresBench } from './benches/features.ts';
import { gateway } from './benches/gateway.ts';
import { generators } from './benches/generators.ts';
import { idleMemory } from './benches/idle-memory.ts';
import { memoryFlat } from './benches/memory-flat.ts';
import { open } from './benches/open.ts';
import { stall } from './benches/stall.ts';
import { workersBench } from './benches/workers.ts';
import type { Options } from './options.ts';
import type { Table } from './support/table.ts';

/** A part of a bench that is measured in one go; what it measured is plain JSON and can be kept. */
export interface Piece<M = unknown> {
  /** Says all that it depends on: two pieces of one name are the same measurement. */
  readonly name: string;
  measure(): Promise<M>;
}

export interface Bench<M = unknown> {
  /** Flags that have an effect on it. */
  readonly flags: readonly Flag[];
  pieces(options: Options): readonly Piece<M>[];
  /** What the pieces measured, in their order. */
  table(measured: readonly M[]): Table;
}

/** Flags of single benches. */
export type Flag = 'connections' | 'seconds' | 'rounds' | 'sessions';

export const benchNames = [
  'generators',
  'open',
  'stall',
  'workers',
  'features',
  'idle-memory',
  'memory-flat',
  'gateway',
] as const;
export type BenchName = (typeof benchNames)[number];

export const benches: Readonly<Record<BenchName, Bench>> = {
  generators,
  open,
  stall,
  workers: workersBench,
  features: featuresBench,
  'idle-memory': idleMemory,
  'memory-flat': memoryFlat,
  gateway,
};
