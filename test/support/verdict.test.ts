import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it, vi } from 'vitest';
import { scratch } from './scratch.ts';
import { expectVerdict } from './verdict.ts';

const passed = { verdict: 'pass', exitCode: 0, invalidReasons: [] } as const;
const reason = (code: string) => [{ code, message: 'so it was' }];
const spoilt = { verdict: 'invalid', exitCode: 5, invalidReasons: reason('steal') } as const;

let skipped: string;

beforeEach(() => {
  skipped = join(scratch(), 'skipped');
  vi.stubEnv('MCPB_TEST_SKIPPED', skipped);
  return () => vi.unstubAllEnvs();
});

it('makes a run again that the machine spoilt, and no other', async () => {
  const run = vi.fn().mockResolvedValueOnce(spoilt).mockResolvedValueOnce(spoilt).mockResolvedValue(passed);
  expect(await expectVerdict('pass', run)).toBe(passed);
  expect(run).toHaveBeenCalledTimes(3);
  expect(() => readFileSync(skipped)).toThrow('ENOENT');
});

it('says that nothing was tested where it spoilt them all', async () => {
  const run = vi.fn().mockResolvedValue(spoilt);
  await expectVerdict('pass', run);
  expect(run).toHaveBeenCalledTimes(3);
  expect(readFileSync(skipped, 'utf8')).toMatch(/^the verdict “pass” of .*says that nothing was tested.*: steal\n$/);
});

it.each(['accounting', 'littles_law', 'released'])('fails at once where we are at fault: %s', async (code) => {
  const run = vi.fn().mockResolvedValue({ ...spoilt, invalidReasons: [...spoilt.invalidReasons, ...reason(code)] });
  await expect(expectVerdict('pass', run)).rejects.toThrow();
  expect(run).toHaveBeenCalledTimes(1);
});

it.each([
  ['another verdict', { ...passed, verdict: 'thresholds-failed', exitCode: 99 }],
  ['another exit code', { ...passed, exitCode: 1 }],
  ['reasons beside a verdict', { ...spoilt, verdict: 'pass', exitCode: 0 }],
] as const)('fails at once with %s', async (_, judged) => {
  const run = vi.fn().mockResolvedValue(judged);
  await expect(expectVerdict('pass', run)).rejects.toThrow();
  expect(run).toHaveBeenCalledTimes(1);
});
