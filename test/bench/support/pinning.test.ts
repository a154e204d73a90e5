import { expect, it } from 'vitest';
import { parseCpuList, pinned, separateCores } from '../../../bench/support/pinning.ts';
import { run } from '../../../bench/support/processes.ts';
import { needs } from '../../support/programs.ts';

it.each([
  ['0', [0]],
  ['0-1', [0, 1]],
  ['2,5-7,12', [2, 5, 6, 7, 12]],
])('reads the list of cores %s', (text, cores) => {
  expect(parseCpuList(text)).toEqual(cores);
});

it('leaves a command alone without a core', () => {
  expect(pinned(['wrk', '-t1'], undefined)).toEqual(['wrk', '-t1']);
});

needs('taskset')('a pinned process', () => {
  it('may use no other core', async () => {
    const core = separateCores()?.server ?? 0;
    const allowed = await run(pinned(['grep', 'Cpus_allowed_list', '/proc/self/status'], core));
    expect(allowed).toBe(`Cpus_allowed_list:\t${core}\n`);
  });
});
