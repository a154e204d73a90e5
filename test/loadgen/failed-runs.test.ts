import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence } from '../../src/loadgen/evidence.ts';
import { outcomeClasses } from '../../src/wire/outcome.ts';
import { sound, verdictOf, withOutcomes } from '../support/evidence.ts';

const failedThreshold: Partial<Evidence> = { thresholds: [{ expression: 'x', value: 1, passed: false }] };

describe('what fails a run', () => {
  it('a threshold', () => {
    expect(verdictOf(failedThreshold)).toMatchObject({ verdict: 'thresholds-failed', exitCode: 99 });
    const noData = { expression: 'x', value: null, passed: false, noData: true } as const;
    expect(verdictOf({ thresholds: [...sound.thresholds, noData] }).exitCode).toBe(99);
  });

  it('a broken protocol, even once', () => {
    const metrics = withOutcomes({ ok: 1_000_000, protocol_error: 1 });
    expect(verdictOf({ metrics, thresholds: [] })).toMatchObject({ verdict: 'thresholds-failed', exitCode: 99 });
  });

  it('a target that is gone', () => {
    expect(verdictOf({ targetGone: 'ECONNREFUSED' })).toMatchObject({ verdict: 'unreachable', exitCode: 99 });
  });

  it('that nothing came back: it never exits 0, whatever went wrong and whatever else holds', () => {
    const counts = fc.record(Object.fromEntries(outcomeClasses.map((name) => [name, fc.nat({ max: 3 })])));
    const evidence = fc.record({
      model: fc.constantFrom('open' as const, 'closed' as const),
      interrupted: fc.boolean(),
      workersBusy: fc.constantFrom(0, 1),
      steal: fc.constantFrom(0, 1, null),
    });
    fc.assert(
      fc.property(counts, evidence, (outcomes, changes) => {
        const metrics = withOutcomes({ ...outcomes, ok: 0 });
        expect(verdictOf({ ...changes, metrics, thresholds: [] }).exitCode).not.toBe(0);
      }),
    );
  });

  it('that nothing was planned, which is called so', () => {
    expect(verdictOf({ metrics: withOutcomes({}), thresholds: [] })).toMatchObject({
      verdict: 'no-data',
      exitCode: 99,
    });
  });
});

describe('precedence', () => {
  const invalid: Partial<Evidence> = { steal: 1 };
  it.each<[string, number, Partial<Evidence>]>([
    ['interrupted', 105, { interrupted: true }],
    ['interrupted', 105, { ...invalid, ...failedThreshold, interrupted: true, targetGone: 'x' }],
    ['invalid', 5, { ...invalid, ...failedThreshold, targetGone: 'x' }],
    ['invalid', 5, { ...invalid, metrics: withOutcomes({}) }],
    ['unreachable', 99, { ...failedThreshold, targetGone: 'x' }],
    ['thresholds-failed', 99, { ...failedThreshold, model: 'closed', workersBusy: 1 }],
    ['generator-limited', 0, { model: 'closed', workersBusy: 1 }],
  ])('%s, %i', (verdict, exitCode, changes) => {
    expect(verdictOf(changes)).toMatchObject({ verdict, exitCode });
  });
});
