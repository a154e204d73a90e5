import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { outputs } from '../../src/report/output.ts';
import { plainStyle } from '../../src/report/style.ts';
import { renderSummary } from '../../src/report/summary.ts';
import { readResult } from '../../src/results/files.ts';
import { collector, emptyInterval, interval, outputContract, plan } from '../contracts/output.ts';
import { syntheticRun } from '../support/results.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mcpb-outputs-'));
});
afterAll(() => rm(folder, { recursive: true }));

outputContract('plain', outputs.plain);
outputContract('none', outputs.none);
outputContract('text', outputs.text);
outputContract('json', (options) => outputs.json({ ...options, path: folder }));

describe('live lines', () => {
  const lines = (...shown: Parameters<typeof interval>[0][]) => {
    const { stream, text } = collector();
    const output = outputs.plain({ stream, style: plainStyle });
    output.start(plan());
    for (const changes of shown) output.interval(interval(changes));
    return text().split('\n');
  };

  it('stay within 100 columns at the largest loads', () => {
    const large = {
      second: 4000,
      of: 7200,
      vus: 50_000,
      connections: 50_000,
      inFlight: 10_000,
      completed: 203_000,
      errors: 100_000,
      p50: 1_230_000,
      p99: 59_900_000,
      max: 60_000_000,
      bounds: { p50: '>=', p99: '>=', max: '<=' } as const,
      targetCpuPercent: 1600,
    };
    for (const line of lines(large, { stage: 'a stage with a very long name' }))
      expect(line.length).toBeLessThanOrEqual(100);
  });

  it('show the second, the phase and the numbers under a heading', () => {
    const [, heading, line] = lines({});
    expect(heading.trim().split(/ +/)).toEqual([
      'elapsed',
      'phase',
      'vus',
      'conns',
      'open',
      'replies/s',
      'errors',
      'p50',
      'p99',
      'max',
      'target',
    ]);
    expect(line).toMatch(/^ *12s\/1m {2}measure +100 +100 +4 +1 234 +0 +1\.20 ms +5\.40 ms +12\.1 ms +45 %$/);
    for (const column of ['vus', 'conns', 'replies/s', 'p99', 'max', 'target']) {
      const end = heading.indexOf(column) + column.length;
      expect(line.slice(end, end + 1).trim(), column).toBe('');
    }
  });

  it('show replies by the second in an interval that was shorter', () => {
    const [, , line] = lines({ length: 0.5, completed: 100 });
    expect(line).toMatch(/ measure +100 +100 +4 +200 +0 /);
  });

  it('mark a time that is only a bound', () => {
    const [, , line] = lines({ bounds: { p50: '<=', p99: '>=', max: '>=' } });
    expect(line).toMatch(/ 0 ≤1\.20 ms ≥5\.40 ms ≥12\.1 ms +45 %$/);
  });

  it('repeat the heading every twenty lines', () => {
    const headings = lines(...Array.from({ length: 41 }, () => ({}))).filter((line) => line.includes('elapsed'));
    expect(headings).toHaveLength(3);
  });

  it('say in words what troubles the generator', () => {
    const { stream, text } = collector();
    const output = outputs.plain({ stream, style: plainStyle });
    output.interval(interval({ notes: ['the generator is 12 ms late'] }));
    expect(text()).toContain('! the generator is 12 ms late');
  });

  it('print – for what is not known', () => {
    const { stream, text } = collector();
    outputs.plain({ stream, style: plainStyle }).interval(emptyInterval);
    expect(text().split('\n')[1]).toMatch(/^ +– {2}connecting .* – +– +– +–$/);
  });
});

describe('files', () => {
  it('write the result where they are told', async () => {
    const { stream, text } = collector();
    const path = join(folder, 'one', 'run.json');
    await outputs.json({ stream, style: plainStyle, path }).finish(syntheticRun());
    expect(await readResult(path)).toEqual(syntheticRun());
    expect([await readdir(join(folder, 'one')), text()]).toEqual([['run.json'], '']);
  });

  it('fail in a sentence', async () => {
    await writeFile(join(folder, 'file'), '');
    const { stream } = collector();
    const output = outputs.json({ stream, style: plainStyle, path: join(folder, 'file', 'run.json') });
    await expect(output.finish(syntheticRun())).rejects.toMatchObject({ code: 'MCPB_E_FILE' });
  });
});

it('text prints the summary', async () => {
  const { stream, text } = collector();
  await outputs.text({ stream, style: plainStyle }).finish(syntheticRun());
  expect(text()).toBe(renderSummary(syntheticRun(), plainStyle));
});
