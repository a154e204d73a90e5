import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { baselineFileName } from '../../src/regression/baseline.ts';
import { saveBaseline } from '../../src/regression/baseline-store.ts';
import { selectSides } from '../../src/regression/selection.ts';
import { writeResult } from '../../src/results/files.ts';
import { type SyntheticRun, syntheticRun } from '../support/results.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcpb-selection-'));
});
afterEach(() => rm(folder, { recursive: true }));

const results = () => join(folder, 'results');
const baselines = () => join(folder, 'baselines');
const store = (options: SyntheticRun) => writeResult(syntheticRun(options), results());
const select = (baseline: string, paths: readonly string[] = []) =>
  selectSides({ baseline, results: paths, resultsDirectory: results(), baselinesDirectory: baselines() });
const record = () => {
  const run = syntheticRun({ seed: 1 });
  return saveBaseline([run], { path: join(baselines(), baselineFileName(run)) });
};

it('compares the newest session with a baseline given by path or name', async () => {
  const { path } = await record();
  await store({ seed: 5, sessionId: 'session-2' });
  await store({ seed: 6, sessionId: 'session-2' });
  await store({ seed: 7, sessionId: 'session-3', scenario: 'mix' });
  for (const named of [path, 'probe']) {
    const { candidate, baselinePath } = await select(named);
    expect(candidate.map(({ runId }) => runId)).toEqual(['run-5', 'run-6']);
    expect(baselinePath).toBe(path);
  }
});

it('finds the baseline of given results in a folder', async () => {
  const { path } = await record();
  const head = await store({ seed: 2, sessionId: 'session-2' });
  expect((await select(baselines(), [head])).baselinePath).toBe(path);
});

it('takes a plain result for a baseline and files for the candidate', async () => {
  const base = await store({ seed: 1 });
  const head = await store({ seed: 2, sessionId: 'session-2' });
  const sides = await select(base, [head]);
  expect(sides.baseline.sessions).toHaveLength(1);
  expect(sides.candidate.map(({ runId }) => runId)).toEqual(['run-2']);
  expect(sides).not.toHaveProperty('baselinePath');
});

it('says what to type when there is nothing to compare', async () => {
  const { path } = await record();
  const missing = {
    code: 'MCPB_E_NO_RESULT',
    exitCode: 2,
    hint: 'make some runs first: mcpb load --scenario probe --runs 5',
  };
  await expect(select(path)).rejects.toMatchObject(missing);
  await store({ seed: 1 });
  await expect(select(path)).rejects.toMatchObject({
    ...missing,
    message: expect.stringContaining('the baseline itself'),
  });
});

it('does not take a missing file for a scenario', async () => {
  await expect(select('baseline.json')).rejects.toMatchObject({
    code: 'MCPB_E_NO_BASELINE',
    message: 'baseline.json does not exist',
  });
});
