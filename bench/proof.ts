import { manyConnections } from './proofs/many-connections.ts';
import { memoryFlat } from './proofs/memory-flat.ts';
import { openRate } from './proofs/open-rate.ts';
import { fullSelftest } from './proofs/selftest.ts';
import { sessionMemory } from './proofs/session-memory.ts';
import { twoWorkers } from './proofs/two-workers.ts';
import type { Table } from './support/table.ts';

/** `undecided`: the machine was too disturbed for the claim to be shown or refuted. */
export type ProofVerdict = 'holds' | 'fails' | 'undecided';

export interface Evidence {
  readonly verdict: ProofVerdict;
  readonly table: Table;
}

/** A claim about the tool that takes too long for the test suite: shown live, and recorded. */
export interface Proof {
  /** The claim in one sentence, with its figures. */
  readonly claim: string;
  /** `progress` is told what is being measured, one line at a time. */
  run(progress: (line: string) => void): Promise<Evidence>;
}

export const proofs = {
  selftest: fullSelftest,
  'open-rate': openRate,
  'two-workers': twoWorkers,
  'memory-flat': memoryFlat,
  'session-memory': sessionMemory,
  'many-connections': manyConnections,
} satisfies Record<string, Proof>;

export type ProofName = keyof typeof proofs;

export const proofNames = Object.keys(proofs) as readonly ProofName[];
