import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { RuleVerdict } from '../../src/results/certificate.ts';
import { scratch } from './scratch.ts';
import { expectVerdict } from './verdict.ts';

/** A certificate in which these rules came out so, and the machine is beyond reproach in all others. */
const certificate = (found: Readonly<Record<string, RuleVerdict>> = {}) =>
  Object.entries({ steal: 'pass', cpu_wait: 'pass', suspended: 'pass', event_loop: 'warn', ...found } as const).map(
    ([rule, verdict]) => ({ rule, value: 0.3, limit: 0.25, unit: 'ratio', verdict }) as const,
  );
const reason = (code: string) => [{ code, message: 'so it was' }];

const passed = { verdict: 'pass', exitCode: 0, invalidReasons: [], certificate: certificate() } as const;
const invalid = (code: string, found: Readonly<Record<string, RuleVerdict>> = {}) =>
  ({ verdict: 'invalid', exitCode: 5, invalidReasons: reason(code), certificate: certificate(found) }) as const;
const spoilt = invalid('steal', { steal: 'fail' });

let skipped: string;
let repeated: string;

beforeEach(() => {
  [skipped, repeated] = [join(scratch(), 'skipped'), join(scratch(), 'repeated')];
  vi.stubEnv('MCPB_TEST_SKIPPED', skipped);
  vi.stubEnv('MCPB_TEST_REPEATED', repeated);
  const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  return () => {
    stderr.mockRestore();
    vi.unstubAllEnvs();
  };
});

const linesOf = (file: string) => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []);

it('makes a run again that the machine spoilt, and no other; each leaves a line', async () => {
  const run = vi.fn().mockResolvedValueOnce(spoilt).mockResolvedValueOnce(spoilt).mockResolvedValue(passed);
  expect(await expectVerdict('pass', run)).toBe(passed);
  expect(run).toHaveBeenCalledTimes(3);
  expect(linesOf(skipped)).toEqual([]);
  const line = expect.stringMatching(/^the verdict “pass” of .*each leaves a line: steal$/);
  expect(linesOf(repeated)).toEqual([line, line]);
  const written = vi.mocked(process.stderr.write).mock.calls.map(([text]) => text);
  expect(written).toEqual(linesOf(repeated).map((text) => `repeated: ${text}\n`));
});

it('says that nothing was tested where it spoilt them all, and returns none of them', async () => {
  const run = vi.fn().mockResolvedValue(spoilt);
  expect(await expectVerdict('pass', run)).toBeUndefined();
  expect(run).toHaveBeenCalledTimes(3);
  expect(linesOf(skipped)).toEqual([expect.stringMatching(/^the verdict “pass” of .*returns none of them: steal$/)]);
});

it.each(['accounting', 'littles_law', 'released', 'exhausted', 'a_rule_to_come'])(
  'fails at once where we are at fault: %s',
  async (code) => {
    const both = { ...spoilt, invalidReasons: [...spoilt.invalidReasons, ...reason(code)] };
    const run = vi.fn().mockResolvedValue(both);
    await expect(expectVerdict('pass', run)).rejects.toThrow();
    expect(run).toHaveBeenCalledTimes(1);
  },
);

describe.each([
  ...['generator_lag_p50', 'generator_lag_p99', 'receive_lag_p50', 'receive_lag_p99'],
  ...['closed_lag_p50', 'closed_lag_p99', 'late_seconds'],
])('lateness: %s', (code) => {
  it.each(['steal', 'stolen_seconds', 'throttled', 'suspended', 'suspended_share', 'cpu_wait'])(
    'is excused where the same run shows that the machine kept us from running: %s',
    async (rule) => {
      const late = invalid(code, { [rule]: 'warn' });
      const run = vi.fn().mockResolvedValueOnce(late).mockResolvedValue(passed);
      expect(await expectVerdict('pass', run)).toBe(passed);
    },
  );

  it.each([{}, { cpu_wait: 'unknown', steal: 'unknown' }] as const)(
    'fails at once where nothing shows it: %j',
    async (found) => {
      const run = vi.fn().mockResolvedValueOnce(invalid(code, found)).mockResolvedValue(passed);
      await expect(expectVerdict('pass', run)).rejects.toThrow();
      expect(run).toHaveBeenCalledTimes(1);
    },
  );
});

it('lateness is excused where the generator waited for a core longer than it worked', async () => {
  const late = invalid('generator_lag_p50');
  const waited = late.certificate.map((entry) => (entry.rule === 'cpu_wait' ? { ...entry, value: 0.31 } : entry));
  const run = vi
    .fn()
    .mockResolvedValueOnce({ ...late, certificate: waited })
    .mockResolvedValue(passed);
  expect(await expectVerdict('pass', run)).toBe(passed);
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
