import { beforeAll, describe, expect, it } from 'vitest';
import { ExitCode } from '../../src/errors.ts';
import type { CaseReport, SelftestReport } from '../../src/selftest/document.ts';
import { mainTransports, selftestTransports } from '../../src/selftest/endpoint.ts';
import { mcpb } from '../support/cli.ts';
import { noteRepeated } from '../support/repeated.ts';
import { noteSkipped } from '../support/skipped.ts';

/** The machine's two cores are the generator's and the server's: nothing else may run beside this file. */
describe('mcpb selftest --quick', () => {
  let report: SelftestReport;

  beforeAll(async () => {
    report = await selftest([]);
    // A disturbed machine may be quiet a minute later; a figure that was wrong is never measured away.
    for (let run = 2; run <= 3 && report.exitCode === ExitCode.invalidRun; run++) {
      const disturbed = new Set(report.cases.filter(isDisturbed).map(({ transport }) => transport));
      report = settled(report, await selftest([...disturbed].flatMap((transport) => ['--transport', transport])));
    }
    for (const { name, transport, disturbances } of report.cases.filter(isDisturbed))
      noteSkipped(`selftest ${name} over ${transport}: ${disturbances.at(-1)}`);
  }, 900_000);

  /** The runs of a case that the machine did not spoil; there was one over each transport. */
  const named = (name: string, transports: readonly string[] = mainTransports): CaseReport[] => {
    const runs = report.cases.filter((one) => one.name === name);
    expect(runs.map(({ transport }) => transport)).toEqual(transports);
    return runs.filter((one) => !isDisturbed(one));
  };
  const measured = ({ figures }: CaseReport, name: string) => figures.find(({ figure }) => figure === name)!.measured!;

  it('finds every figure within its tolerance, on every transport', () => {
    const outside = report.cases
      .filter(({ verdict }) => verdict === 'failed')
      .map(({ name, transport, figures }) => ({ name, transport, figures: figures.filter(({ passed }) => !passed) }));
    expect(outside).toEqual([]);
    expect(report.schema).toBe('mcpb.selftest/1');
    expect(report.exitCode).toBe(report.cases.some(isDisturbed) ? ExitCode.invalidRun : ExitCode.ok);
    for (const name of ['duplicates', 'reordering']) named(name, ['websocket', 'tcp']);
    named('stops');
    const timedOut = selftestTransports.filter((transport) => transport !== 'https');
    named('losses', timedOut);
    named('steady', ['https']);
  });

  it('frozen for 100 ms once a second at 1,000 arrivals/s: p50 is the service time, p99 is 91 ± 3 ms', () => {
    for (const one of named('freeze')) {
      expect(one.model).toBe('open');
      expect(measured(one, 'p50')).toBeGreaterThan(999);
      expect(measured(one, 'p50')).toBeLessThan(2000);
      expect(Math.abs(measured(one, 'p99') - 91_000)).toBeLessThanOrEqual(3000);
    }
  });

  it('the same in a closed loop is labelled as one, and reads p99 as if there were no freeze', () => {
    for (const one of named('closed')) {
      expect(one.model).toBe('closed');
      expect(measured(one, '“closed loop: stalls are hidden”')).toBe(1);
      expect(measured(one, 'p99')).toBeLessThan(10_000);
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

async function selftest(args: readonly string[]): Promise<SelftestReport> {
  const { stdout, stderr, code } = await mcpb(['selftest', '--quick', '--json', ...args]);
  const report: SelftestReport = JSON.parse(stdout);
  expect(code, stderr).toBe(report.exitCode);
  for (const { name, transport, attempts, disturbances } of report.cases.filter((one) => one.attempts > 1))
    noteRepeated(`selftest ${name} over ${transport}, ${attempts - 1} times: ${disturbances[0]}`);
  return report;
}

/** The first report with its disturbed cases as they came out the second time; one that fails there has failed. */
function settled(first: SelftestReport, second: SelftestReport): SelftestReport {
  const again = (one: CaseReport) =>
    second.cases.find(({ name, transport }) => name === one.name && transport === one.transport) ?? one;
  const failed = second.cases.filter(({ verdict }) => verdict === 'failed');
  const cases = first.cases.map((one) => (isDisturbed(one) || failed.includes(again(one)) ? again(one) : one));
  const worst = failed.length > 0 ? ExitCode.thresholdsFailed : ExitCode.ok;
  return { ...first, cases, exitCode: cases.some(isDisturbed) && failed.length === 0 ? ExitCode.invalidRun : worst };
}

function isDisturbed({ verdict }: CaseReport): boolean {
  return verdict === 'disturbed';
}
