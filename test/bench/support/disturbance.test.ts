import { expect, it } from 'vitest';
import { disturbanceNote, disturbanceOf, isDisturbed, parseCpuLine } from '../../../bench/support/disturbance.ts';
import { run, start } from '../../../bench/support/processes.ts';

/** Uses so much CPU time of its own, then ends. */
const spin = (milliseconds: number) => [
  process.execPath,
  '-e',
  `while (process.cpuUsage().user < ${milliseconds * 1000});`,
];

it('reads what was used and what was stolen', () => {
  const text = 'cpu  100 20 30 4000 500 6 7 80 90 0\ncpu0 1 1 1 1 1 1 1 1 1 1\n';
  expect(parseCpuLine(text)).toEqual({ busy: 1_630_000, stolen: 800_000 });
});

it('leaves out what it started itself, and counts what it did not', async () => {
  const { value, disturbance: own } = await disturbanceOf(() => run(spin(150)));
  expect(value).toBe('');

  const other = await start(spin(60_000));
  const { disturbance } = await disturbanceOf(() => run(spin(150)));
  await other.stop();
  expect(disturbance.others).toBeGreaterThan(0.2);
  expect(own.others).toBeGreaterThanOrEqual(0);
});

it('says the most of each', () => {
  expect(
    disturbanceNote([
      { others: 0.1, stolen: 0.02 },
      { others: 0.5, stolen: 0 },
    ]),
  ).toBe('Meanwhile other programs used at most 0.50 cores, other machines took 0.02.');
});

it('calls a tenth of a core that was not to be had a disturbance', () => {
  expect(isDisturbed({ others: 0.06, stolen: 0.03 })).toBe(false);
  expect(isDisturbed({ others: 0.06, stolen: 0.05 })).toBe(true);
});
