import { expect, it } from 'vitest';
import { bytesPerSession } from '../../bench/holder.ts';

/** A process that takes up memory of its own as soon as more than one session is at work. */
const loaded = { residentBytes: async (sessions: number) => 1e8 + 3000 * sessions + (sessions > 1 ? 4e7 : 0) };

it('what a session takes is told from two counts of many, without what the process takes once', async () => {
  expect(await bytesPerSession(loaded, 18_000, 2000)).toBe(3000);
  expect(await bytesPerSession(loaded, 18_000)).toBeGreaterThan(5000);
});
