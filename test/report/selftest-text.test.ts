import { describe, expect, it } from 'vitest';
import { renderSelftest } from '../../src/report/selftest-text.ts';
import { plainStyle } from '../../src/report/style.ts';
import type { CaseReport, Figure, SelftestReport } from '../../src/selftest/document.ts';

const time = (figure: string, truth: number, measured: number | null, tolerance = 1100): Figure => {
  const error = measured === null ? null : measured - truth;
  const passed = error !== null && Math.abs(error) <= tolerance;
  return { figure, unit: 'us', truth, measured, error, tolerance, passed };
};
const count = (figure: string, truth: number, measured: number): Figure => ({
  ...{ figure, unit: 'count', truth, measured },
  ...{ error: measured - truth, tolerance: 0, passed: measured === truth },
});

const freeze: CaseReport = {
  name: 'freeze',
  says: '1000 arrivals/s, each answered after 1 ms, but for 100 ms in 1000 nothing is taken up',
  transport: 'websocket',
  model: 'open',
  attempts: 1,
  verdict: 'passed',
  figures: [time('p50', 1000, 1052), time('p99', 91_000, 90_943), time('p999', 100_000, 100_415)],
  disturbances: [],
  lateness: { generator: 20, receive: 30, server: 40 },
  machine: 'a processor, 2 cores, Linux 6.18, Node v26.10.0',
};
const duplicates: CaseReport = {
  ...freeze,
  name: 'duplicates',
  says: '1000 requests, of which one in 20 is answered twice',
  figures: [count('ok', 1000, 1000), count('duplicate replies', 50, 50)],
};

const report = (changes: Partial<SelftestReport> = {}): SelftestReport => ({
  schema: 'mcpb.selftest/1',
  createdBy: 'mcpb 0.1.0',
  startedAt: '2026-11-27T21:00:00.000Z',
  depth: 'quick',
  verdict: 'passed',
  exitCode: 0,
  cases: [freeze, { ...freeze, transport: 'tcp', attempts: 2 }, duplicates],
  ownError: { p50: 52, p99: 57, p999: 415 },
  rates: [
    {
      ...{ transport: 'tcp', connections: 64, requestsPerSecond: 98_765, limitedBy: 'server' },
      ...{ cpuMicrosPerRequest: 8.11, userMicrosPerRequest: 1.72, generatorCores: 0.801, serverCores: 0.996 },
    },
    {
      ...{ transport: 'http', connections: 64, requestsPerSecond: 34_567, limitedBy: 'neither' },
      ...{ cpuMicrosPerRequest: null, userMicrosPerRequest: null, generatorCores: 0.7, serverCores: null },
    },
  ],
  ...changes,
});

const text = (changes: Partial<SelftestReport> = {}) => renderSelftest(report(changes), plainStyle);

describe('a selftest as text', () => {
  it('that passed', async () => {
    await expect(text()).toMatchFileSnapshot('../golden/selftest-passed.txt');
  });

  it('that failed names what is wrong first, and marks the figure', () => {
    const wrong: CaseReport = {
      ...freeze,
      verdict: 'failed',
      figures: [time('p50', 1000, 1001), time('p99', 91_000, 1000)],
    };
    const lines = text({ verdict: 'failed', cases: [wrong, duplicates] }).split('\n');
    expect(lines[0]).toBe('✗ FAILED  this tool is wrong here: freeze over websocket');
    expect(lines.find((line) => line.includes('p99'))).toMatch(
      /91\.0 ms .*1\.00 ms .*−90\.0 ms .*± 1\.10 ms .*✗ outside$/,
    );
    expect(lines.find((line) => line.includes('p50'))).toMatch(/✓$/);
  });

  it('that could not tell says which case and why', () => {
    const spoilt: CaseReport = {
      ...freeze,
      verdict: 'disturbed',
      attempts: 3,
      disturbances: ['the generator was late', 'the generator was late'],
    };
    const lines = text({ verdict: 'disturbed', cases: [spoilt] }).split('\n');
    expect(lines.slice(0, 3)).toEqual([
      '? DISTURBED  the machine was too disturbed to tell: freeze over websocket',
      '  ! freeze over websocket: the generator was late',
      '  ! 2 of the runs were made again: the machine had disturbed them',
    ]);
    expect(lines.find((line) => line.includes('p99'))).toMatch(/\? disturbed$/);
  });

  it('shows a figure that the report lacks as missing', () => {
    const missing = { ...freeze, verdict: 'failed' as const, figures: [time('p999', 100_000, null)] };
    expect(text({ cases: [missing] })).toMatch(/p99\.9 +100 ms +– +– +± 1\.10 ms +✗ outside/);
  });
});
