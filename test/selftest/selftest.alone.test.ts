import { beforeAll, describe, expect, it } from 'vitest';
import type { CaseReport, SelftestReport } from '../../src/selftest/document.ts';
import { mcpb } from '../support/cli.ts';

/** The machine's two cores are the generator's and the server's: nothing else may run beside this file. */
describe('mcpb selftest --quick', () => {
  let report: SelftestReport;

  beforeAll(async () => {
    const { stdout, stderr, code } = await mcpb(['selftest', '--quick', '--json']);
    report = JSON.parse(stdout);
    expect(code, stderr).toBe(report.exitCode);
  }, 300_000);

  const named = (name: string): CaseReport[] => report.cases.filter((one) => one.name === name);
  const of = ({ figures }: CaseReport, name: string) => figures.find(({ figure }) => figure === name)!;

  it('proves every figure on every transport', () => {
    const outside = report.cases
      .filter(({ verdict }) => verdict !== 'passed')
      .map(({ name, transport, verdict, disturbances, figures }) => ({
        ...{ name, transport, verdict, disturbances },
        figures: figures.filter(({ passed }) => !passed),
      }));
    expect(outside).toEqual([]);
    expect(report).toMatchObject({ schema: 'mcpb.selftest/1', verdict: 'passed', exitCode: 0 });
  });

  it('frozen for 100 ms once a second at 1,000 arrivals/s: p50 is the service time, p99 is 91 ± 3 ms', () => {
    expect(named('freeze').map(({ transport }) => transport)).toEqual(['websocket', 'tcp', 'http']);
    for (const one of named('freeze')) {
      expect(one.model).toBe('open');
      expect(of(one, 'p50').measured).toBeLessThan(2000);
      expect(Math.abs(of(one, 'p99').measured! - 91_000)).toBeLessThanOrEqual(3000);
    }
  });

  it('the same in a closed loop is labelled as one, and reads p99 as if there were no freeze', () => {
    expect(named('closed').map(({ transport }) => transport)).toEqual(['websocket', 'tcp', 'http']);
    for (const one of named('closed')) {
      expect(one.model).toBe('closed');
      expect(of(one, '“closed loop: stalls are hidden”')).toMatchObject({ measured: 1, passed: true });
      expect(of(one, 'p99').measured).toBeLessThan(10_000);
    }
  });

  it('says what it costs and who was the limit', () => {
    expect(report.rates.map(({ transport }) => transport)).toEqual(['websocket', 'tcp', 'http']);
    for (const rate of report.rates) {
      expect(rate.requestsPerSecond).toBeGreaterThan(1000);
      expect(rate.cpuMicrosPerRequest).toBeGreaterThan(0);
      expect(rate.serverCores).toBeGreaterThan(0);
    }
  });
});
