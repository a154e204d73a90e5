import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type BehaviourSpec, behaviourOf } from '../../src/selftest/behaviour.ts';

/** Arrivals in order, ms after the start. */
const arrivals = fc
  .array(fc.double({ min: 0, max: 3000, noNaN: true }), { maxLength: 300 })
  .map((instants) => instants.sort((a, b) => a - b));

/** What every behaviour does, whatever comes when. */
export function behaviourContract(spec: BehaviourSpec): void {
  describe(`${spec.kind}: any behaviour`, () => {
    const replies = (instants: readonly number[]) => {
      const { taken } = behaviourOf(spec);
      return instants.map((at, request) => taken(request, at));
    };

    it('replies to what has come, no sooner than its service takes, and in the order it says', () => {
      const property = fc.property(arrivals, (instants) => {
        let latest = 0;
        replies(instants).forEach((batch, current) => {
          for (const { request, at } of batch) {
            expect(request).toBeLessThanOrEqual(current);
            expect(at - instants[request]).toBeGreaterThanOrEqual(spec.service - 1e-6);
            expect(at).toBeGreaterThanOrEqual(latest);
            latest = at;
          }
        });
      });
      fc.assert(property);
    });

    it('starts afresh each time', () => {
      const instants = [0, 1, 5, 6, 7, 200];
      expect(replies(instants)).toEqual(replies(instants));
    });
  });
}

/** Requests that are replied to, as often as they are, when one comes each millisecond. */
export function repliedTo(spec: BehaviourSpec, requests: number): number[] {
  const { taken } = behaviourOf(spec);
  return Array.from({ length: requests }, (_, n) => taken(n, n)).flatMap((batch) =>
    batch.map(({ request }) => request),
  );
}
