import { expect, it } from 'vitest';
import { evidence } from '../../../bench/proofs/many-connections.ts';
import type { RunResult } from '../../../src/results/result.ts';
import { syntheticRun } from '../../support/results.ts';

const calm = { others: 0, stolen: 0 };

/** A run in which so many connections stood and every request was answered. */
function runOf(peak: number, changes: Partial<RunResult> = {}): RunResult {
  const run = syntheticRun({ requests: 100, changes });
  const { metrics } = run;
  const connections = { ...metrics.connections, peak, failed: 0, lost: 0 };
  const requests = { ...metrics.requests, planned: metrics.outcomes.ok };
  return { ...run, metrics: { ...metrics, connections, requests } };
}

it('holds when all stood and every request was answered', () => {
  expect(evidence(runOf(18_000), calm, '').verdict).toBe('holds');
  expect(evidence(runOf(17_999), calm, '').verdict).toBe('fails');
  expect(evidence(runOf(17_999), { others: 0.5, stolen: 0 }, '').verdict).toBe('undecided');
});

it('is undecided when the run is not valid, whatever it counted', () => {
  for (const peak of [18_000, 17_999])
    expect(evidence(runOf(peak, { valid: false }), calm, '').verdict).toBe('undecided');
});
