import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newestSession, readResult, readResults, writeResult } from '../../src/results/files.ts';
import { syntheticRun } from '../support/results.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcpb-results-'));
});
afterEach(() => rm(folder, { recursive: true }));

const at = (minute: number) => `2026-11-23T21:${String(minute).padStart(2, '0')}:00.000Z`;

describe('writing and reading a result', () => {
  it('names the file by start, scenario and run, and leaves nothing else behind', async () => {
    const path = await writeResult(
      syntheticRun({ startedAt: at(6), scenario: 'tools/list', runId: 'r1' }),
      join(folder, 'new', 'results'),
    );
    expect(path).toBe(join(folder, 'new', 'results', '20261123T210600000Z-tools-list-r1.json'));
    expect(await readdir(join(folder, 'new', 'results'))).toHaveLength(1);
  });

  it('reads back what was written, unknown keys included', async () => {
    const run = { ...syntheticRun(), fromTheFuture: { kept: true } };
    expect(await readResult(await writeResult(run, join(folder, 'run.json')))).toEqual(run);
  });

  it('replaces a file as a whole', async () => {
    const path = join(folder, 'run.json');
    await writeFile(path, 'x'.repeat(1_000_000));
    await writeResult(syntheticRun(), path);
    expect((await readResult(path)).runId).toBe('run-1');
    expect(await readdir(folder)).toEqual(['run.json']);
  });

  it('says what is wrong with a file', async () => {
    await expect(readResult(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'MCPB_E_FILE', exitCode: 2 });
    const wrong = {
      'half.json': '{"schema": "mcpb.res',
      'list.json': '[]',
      'other.json': '{"schema":"mcpb.baseline/1"}',
      'empty.json': '{"schema":"mcpb.result/1","runId":"x"}',
    };
    for (const [name, text] of Object.entries(wrong)) {
      await writeFile(join(folder, name), text);
      await expect(readResult(join(folder, name)), name).rejects.toMatchObject({ code: 'MCPB_E_FORMAT' });
    }
    await expect(readResult(join(folder, 'other.json'))).rejects.toThrow('its schema is mcpb.baseline/1');
  });

  it('says where it could not write', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(writeResult(syntheticRun(), join(folder, 'file', 'run.json'))).rejects.toMatchObject({
      code: 'MCPB_E_FILE',
    });
    expect(await readFile(join(folder, 'file'), 'utf8')).toBe('');
  });
});

describe('the newest session', () => {
  it('is that of the scenario asked for, by name or hash, oldest run first', async () => {
    await writeResult(syntheticRun({ seed: 1, sessionId: 'old', startedAt: at(1) }), folder);
    await writeResult(syntheticRun({ seed: 2, sessionId: 'new', startedAt: at(2) }), folder);
    await writeResult(syntheticRun({ seed: 3, sessionId: 'new', startedAt: at(3) }), folder);
    await writeResult(syntheticRun({ seed: 4, sessionId: 'other', scenario: 'mix', startedAt: at(4) }), folder);
    const ids = async (scenario?: string) => (await newestSession(folder, scenario)).map(({ runId }) => runId);
    expect(await ids('probe')).toEqual(['run-2', 'run-3']);
    expect(await ids('hash-of-probe')).toEqual(['run-2', 'run-3']);
    expect(await ids()).toEqual(['run-4']);
    expect(await ids('unknown')).toEqual([]);
    expect((await readResults([folder], 'probe')).map(({ runId }) => runId)).toEqual(['run-2', 'run-3']);
  });

  it('is empty without a folder, and passes over other files', async () => {
    expect(await newestSession(join(folder, 'none'))).toEqual([]);
    await writeFile(join(folder, 'notes.json'), 'no result');
    expect(await newestSession(folder)).toEqual([]);
  });
});
