import { describe, expect, it } from 'vitest';
import { type BehaviourSpec, behaviourOf } from '../../src/selftest/behaviour.ts';
import { frozen, quantile, queued } from '../../src/selftest/truth.ts';
import { behaviourContract, repliedTo } from '../contracts/behaviour.ts';

const stalls = { stall: 100, period: 1000 };
const specs: readonly BehaviourSpec[] = [
  { kind: 'delay', service: 3 },
  { kind: 'freeze', service: 1, ...stalls },
  { kind: 'serial', service: 2, ...stalls },
  { kind: 'loss', service: 1, every: 4 },
  { kind: 'duplicate', service: 1, every: 4 },
  { kind: 'reorder', service: 1, every: 4 },
];

specs.forEach(behaviourContract);

/** Response times of an open schedule over whole periods, sorted; the first period is not counted. */
function responses(spec: BehaviourSpec, rate: number, period: number, periods: number): number[] {
  const { taken } = behaviourOf(spec);
  const planned = Array.from({ length: (rate * period * (periods + 1)) / 1000 }, (_, n) => (n * 1000) / rate);
  return planned
    .flatMap((at, n) => taken(n, at).map((reply) => reply.at - at))
    .slice(-(rate * period * periods) / 1000)
    .sort((a, b) => a - b);
}

describe('stalls', () => {
  it('freeze: exactly the closed form', () => {
    const sorted = responses({ kind: 'freeze', service: 1, ...stalls }, 1000, 1000, 10);
    for (const p of [0.5, 0.9, 0.99, 0.999])
      expect(quantile(sorted, p)).toBeCloseTo(frozen(p, 10, { rate: 1000, service: 1, ...stalls }), 6);
  });

  it('freeze: jitter does not decide whether the arrival at its beginning is caught', () => {
    const { taken } = behaviourOf({ kind: 'freeze', service: 1, ...stalls });
    expect([1999.7, 2000, 2000.3].map((at, n) => taken(n, at)[0].at)).toEqual([2101, 2101, 2101]);
    expect(taken(3, 2100)[0].at).toBe(2101);
    expect(taken(4, 2999)[0].at).toBe(3000);
  });

  it('serial: the closed form to one spacing', () => {
    const load = { rate: 500, service: 1, stall: 200, period: 5000 };
    const sorted = responses({ kind: 'serial', service: 1, stall: 200, period: 5000 }, 500, 5000, 4);
    for (const p of [0.5, 0.9, 0.99, 0.999]) expect(Math.abs(quantile(sorted, p) - queued(p, load))).toBeLessThan(2);
  });
});

describe('what is wrong with some replies', () => {
  it('loss: one in four never comes', () => {
    expect(repliedTo({ kind: 'loss', service: 1, every: 4 }, 9)).toEqual([1, 2, 3, 5, 6, 7]);
  });

  it('duplicate: one in four comes twice', () => {
    expect(repliedTo({ kind: 'duplicate', service: 1, every: 4 }, 6)).toEqual([0, 0, 1, 2, 3, 4, 4, 5]);
  });

  it('reorder: one in four comes behind the one that follows it', () => {
    expect(repliedTo({ kind: 'reorder', service: 1, every: 4 }, 9)).toEqual([1, 0, 2, 3, 5, 4, 6, 7]);
  });
});
