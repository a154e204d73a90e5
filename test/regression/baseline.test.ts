import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { baselineFileName, baselineOf, runsOf } from '../../src/regression/baseline.ts';
import { formatBaseline, readBaseline } from '../../src/regression/baseline-file.ts';
import { findBaseline, listBaselines, saveBaseline } from '../../src/regression/baseline-store.ts';
import type { RunResult } from '../../src/results/result.ts';
import { type SyntheticRun, syntheticRun } from '../support/results.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcpb-baselines-'));
});
afterEach(() => rm(folder, { recursive: true }));

const runs = (from: number, count: number, options: SyntheticRun = {}): RunResult[] =>
  Array.from({ length: count }, (_, index) => syntheticRun({ seed: from + index, ...options }));
const path = () => join(folder, 'baseline.json');

describe('the file', () => {
  it('has sorted keys and one line a run', async () => {
    await saveBaseline(runs(1, 3), { path: path() });
    const lines = (await readFile(path(), 'utf8')).trimEnd().split('\n');
    expect(lines.filter((line) => line.includes('"runId"'))).toHaveLength(3);
    const topLevel = lines.flatMap((line) => /^ {2}"(\w+)"/.exec(line)?.[1] ?? []);
    expect(topLevel).toEqual([...topLevel].sort());
  });

  it('holds no address, path, pid or thing of the user', async () => {
    const secret = runs(1, 1, { changes: { tags: { owner: 'somebody' } } });
    await saveBaseline(secret, { path: path() });
    const text = await readFile(path(), 'utf8');
    for (const word of ['127.0.0.1', 'ws://', 'somebody', '"pid"', '"url"', 'timeline', folder])
      expect(text).not.toContain(word);
  });

  it('reads back as it was, unknown keys kept through a further session', async () => {
    await saveBaseline(runs(1, 2), { path: path() });
    const document = JSON.parse(await readFile(path(), 'utf8'));
    await writeFile(path(), JSON.stringify({ ...document, fromTheFuture: 1 }));
    await saveBaseline(runs(11, 2, { sessionId: 'session-2' }), { path: path() });
    const saved = await readBaseline(path());
    expect(saved).toHaveProperty('fromTheFuture', 1);
    expect(saved.sessions.map((session) => session.runs.length)).toEqual([2, 2]);
  });

  it.each([
    [
      'a percentile',
      (run: RunShape) => {
        run.metrics.targetTime.p50 *= 0.9;
      },
    ],
    [
      'a count',
      (run: RunShape) => {
        run.metrics.targetTime.count += 1;
      },
    ],
    [
      'a stage',
      (run: RunShape) => {
        run.stages[0].metrics.targetTime.p95 *= 0.95;
      },
    ],
    [
      'a histogram',
      (run: RunShape) => {
        run.histograms.stages[0]['tools/list'].targetTime = 'HISTFAAAAB542p';
      },
    ],
  ])('is refused when %s was edited', async (_, edit) => {
    await saveBaseline(runs(1, 1), { path: path() });
    const document = JSON.parse(await readFile(path(), 'utf8'));
    edit(document.sessions[0].runs[0]);
    await writeFile(path(), JSON.stringify(document));
    await expect(readBaseline(path())).rejects.toMatchObject({
      code: 'MCPB_E_FORMAT',
      message: expect.stringContaining('do not match its histograms'),
    });
  });

  it('is refused when written for a newer reader, and when it is something else', async () => {
    const { baseline } = baselineOf(runs(1, 1));
    await writeFile(path(), formatBaseline({ ...baseline, minReader: 2 }));
    await expect(readBaseline(path())).rejects.toThrow('newer mcpb');
    await writeFile(path(), '{"schema":"mcpb.result/1"}');
    await expect(readBaseline(path())).rejects.toMatchObject({ code: 'MCPB_E_FORMAT' });
    await writeFile(path(), '{"schema":"mcpb.baseline/1","minReader":1}');
    await expect(readBaseline(path())).rejects.toThrow('parts of the baseline are missing');
  });
});

interface RunShape {
  metrics: { targetTime: { p50: number; count: number } };
  stages: { metrics: { targetTime: { p95: number } } }[];
  histograms: { stages: Record<string, { targetTime: string }>[] };
}

describe('saving', () => {
  it('leaves invalid runs out and refuses when none is left', async () => {
    const invalid = runs(9, 1, {
      changes: {
        valid: false,
        verdict: 'invalid',
        invalidReasons: [{ code: 'LAG', message: 'the generator was late' }],
      },
    });
    const saved = await saveBaseline([...runs(1, 2), ...invalid], { path: path() });
    expect(runsOf(saved.baseline)).toHaveLength(2);
    expect(saved.refused).toEqual([{ side: 'base', runId: 'run-9', reason: 'the generator was late' }]);
    await expect(saveBaseline(invalid, { path: join(folder, 'none.json') })).rejects.toMatchObject({
      code: 'MCPB_E_INVALID_RUN',
      exitCode: 5,
    });
    expect(await readdir(folder)).toEqual(['baseline.json']);
  });

  it('does not double runs and keeps the last ten sessions', async () => {
    await saveBaseline(runs(1, 1), { path: path() });
    await saveBaseline(runs(1, 1), { path: path() });
    expect(runsOf(await readBaseline(path()))).toHaveLength(1);
    for (let session = 2; session <= 12; session++)
      await saveBaseline(runs(session, 1, { sessionId: `session-${session}` }), { path: path() });
    const { sessions } = await readBaseline(path());
    expect([sessions.length, sessions[0].id, sessions.at(-1)?.id]).toEqual([10, 'session-3', 'session-12']);
  });

  it('refuses runs that do not belong together', async () => {
    await saveBaseline(runs(1, 1), { path: path() });
    const other = runs(2, 1, { environment: { class: 'x64-4c-4g-ffffffff', cores: 4 } });
    await expect(saveBaseline(other, { path: path() })).rejects.toMatchObject({
      code: 'MCPB_E_NOT_COMPARABLE',
      message: expect.stringContaining('cores: 2 → 4'),
    });
    const [first, second] = runs(5, 2);
    const builds = [first, { ...second, target: { ...second.target, identity: { version: '9' } } }];
    await expect(saveBaseline(builds, { path: join(folder, 'b.json') })).rejects.toThrow('different builds');
  });

  it('takes a regression as the new measure only with a reason', async () => {
    await saveBaseline(runs(1, 5), { path: path() });
    const slower = runs(11, 5, { sessionId: 'session-2', p50: 1300 });
    await expect(saveBaseline(slower, { path: path() })).rejects.toMatchObject({
      code: 'MCPB_E_USAGE',
      hint: expect.stringContaining('--accept'),
    });
    await saveBaseline(slower, { path: path(), accept: 'new validation step' });
    expect(await readBaseline(path())).toMatchObject({
      accepted: { reason: 'new validation step' },
      sessions: [{ id: 'session-2' }],
    });
  });
});

describe('finding', () => {
  const save = async (options: SyntheticRun) => {
    const results = runs(1, 1, options);
    return saveBaseline(results, { path: join(folder, baselineFileName(results[0])) });
  };

  it('names files by scenario, speed and class', () => {
    expect(baselineFileName(syntheticRun())).toBe('probe.x64-2c-4g-0a1b2c3d.json');
    expect(baselineFileName(syntheticRun({ changes: { speed: 20 } }))).toBe('probe@x20.x64-2c-4g-0a1b2c3d.json');
  });

  it('picks the machine’s own class by name and by folder, another class when there is no other', async () => {
    const here = syntheticRun();
    await save({ environment: { class: 'x64-4c-8g-ffffffff' } });
    expect(await findBaseline('probe', here, folder)).toMatch(/probe\.x64-4c-8g-ffffffff\.json$/);
    await save({});
    await save({ scenario: 'mix' });
    expect(await findBaseline('probe', here, folder)).toMatch(/probe\.x64-2c-4g-0a1b2c3d\.json$/);
    expect(await findBaseline(folder, here)).toMatch(/probe\.x64-2c-4g-0a1b2c3d\.json$/);
    expect((await listBaselines(folder)).map(({ scenario, runs: count }) => [scenario, count])).toEqual([
      ['mix', 1],
      ['probe', 1],
      ['probe', 1],
    ]);
  });

  it('says how to record one when there is none', async () => {
    const missing = { code: 'MCPB_E_NO_BASELINE', exitCode: 2 };
    await expect(findBaseline('probe', undefined, folder)).rejects.toMatchObject({
      ...missing,
      hint: 'record one: mcpb baseline save probe',
    });
    await expect(findBaseline('baseline.json', undefined, folder)).rejects.toMatchObject(missing);
    await expect(findBaseline(folder)).rejects.toMatchObject(missing);
    expect(await listBaselines(join(folder, 'none'))).toEqual([]);
  });
});
