import fc from 'fast-check';
import { expect, it } from 'vitest';
import { StageRows } from '../../src/loadgen/stage-rows.ts';
import { planText } from '../scenario/planning.ts';

const text =
  'executor: ramping-vus\nwarmup: 3s\ncooldown: 2s\nstages: [{ duration: 4s, target: 9 }, { duration: 5s, target: 1 }]\n' +
  'steps: [{ call: ping }, { call: tools/list }]';
const start = 10_000;
/** First rows: not measured 6, first stage 8, second stage 10. */
const first = 6;
const ends = [3000, 7000, 12_000];

function expected(instant: number, stop: number): number {
  const stage = instant < stop ? ends.findIndex((end) => instant - start < end) : 0;
  return first + 2 * Math.max(0, stage);
}

const instant = fc.integer({ min: start - 1000, max: start + 16_000 });

it('a row is that of the stage an instant belongs to, and of none from a stop on', () => {
  const [scenario] = planText(text).scenarios;
  fc.assert(
    fc.property(fc.array(instant), instant, fc.array(instant), (before, stop, behind) => {
      const rows = new StageRows(scenario, first);
      rows.start(start);
      for (const at of before) expect(rows.at(1, at)).toBe(expected(at, Number.POSITIVE_INFINITY) + 1);
      rows.stop(stop);
      for (const at of [...behind, stop, stop - 1]) expect(rows.at(0, at)).toBe(expected(at, stop));
      rows.stop(stop + 500);
      expect(rows.at(0, stop + 1), 'after a second stop').toBe(first);
    }),
  );
});
