import type { ThinkTime } from '../scenario/plan.ts';
import { draw } from './draw.ts';

/** Length of a pause, ms. What is drawn depends on seed, iteration and step alone. */
export function thinkMillis(time: ThinkTime, seed: number, iteration: number, step: number): number {
  if (typeof time === 'number') return time;
  const drawn = draw(seed, iteration, step);
  if ('exponential' in time) return -time.exponential * Math.log1p(-drawn);
  const [least, most] = time.uniform;
  return least + (most - least) * drawn;
}
