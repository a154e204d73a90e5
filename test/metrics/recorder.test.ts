import { describe, expect, it } from 'vitest';
import type { Counts } from '../../src/metrics/histogram.ts';
import { Recorder, type Snapshot, seriesNumbers } from '../../src/metrics/recorder.ts';
import { type RunQuantity, type StageQuantity, seriesLayout, stageQuantities } from '../../src/metrics/series.ts';
import { isCensored, Outcome, outcomeClasses } from '../../src/wire/outcome.ts';
import { measuredOperation, measuredScenario } from '../support/measured.ts';

const plan = { scenarios: [measuredScenario([1, 1], { operations: [measuredOperation('a', ['x', 'y'])] })] };
const layout = seriesLayout(plan);
const numbers = seriesNumbers(layout);
const row = 2;

function snapshotOf(record: (recorder: Recorder) => void): Snapshot {
  const recorder = new Recorder(layout);
  record(recorder);
  return recorder.swap();
}

/** µs recorded in each stage quantity of the row, as sums. */
function sums({ histograms }: Snapshot): Partial<Record<StageQuantity, number>> {
  return Object.fromEntries(
    stageQuantities.flatMap((quantity, index) => {
      const found = histograms.find(({ series }) => series === numbers.stage(row, index));
      return found ? [[quantity, found.counts.sum]] : [];
    }),
  );
}

function countsOf({ histograms }: Snapshot, number: number): Counts | undefined {
  return histograms.find(({ series }) => series === number)?.counts;
}

const failures = Object.values(Outcome).filter((outcome) => outcome !== Outcome.ok);

describe('the four instants', () => {
  it('of a reply make response, target and service time and our own lag', () => {
    const snapshot = snapshotOf((recorder) => recorder.ok(row, 100, 101, 103, 110));
    expect(sums(snapshot)).toEqual({ responseTime: 10_000, targetTime: 9000, serviceTime: 7000, generatorLag: 1000 });
    expect(snapshot.outcomes[row * outcomeClasses.length]).toBe(1);
  });

  it.each(failures.filter(isCensored))('of outcome %i make the same, and the same again as censored', (outcome) => {
    const snapshot = snapshotOf((recorder) => recorder.failed(row, outcome, 100, 101, 103, 110));
    expect(sums(snapshot)).toEqual({
      responseTime: 10_000,
      targetTime: 9000,
      serviceTime: 7000,
      generatorLag: 1000,
      censoredResponseTime: 10_000,
      censoredTargetTime: 9000,
      censoredServiceTime: 7000,
    });
  });

  it('leave waits before sending to be told of, those for our own limits apart', () => {
    const snapshot = snapshotOf((recorder) => {
      recorder.waited(row, 3, false);
      recorder.waited(row, 5, true);
      recorder.gaveUpWaiting(row, 20, false);
      recorder.gaveUpWaiting(row, 40, true);
    });
    expect(sums(snapshot)).toEqual({ targetWait: 23_000, censoredTargetWait: 20_000, limitWait: 45_000 });
  });

  it('have two more between them where a reply comes in parts', () => {
    const snapshot = snapshotOf((recorder) => {
      recorder.inParts(row, 100, 103, 0, 110, true);
      recorder.inParts(row, 100, 104, 105, 130, true);
    });
    expect(sums(snapshot)).toEqual({ partedServiceTime: 40_000, partedFirstByte: 7000, firstEvent: 5000 });
  });

  it('give no service time to what was never sent', () => {
    const snapshot = snapshotOf((recorder) => recorder.failed(row, Outcome.dropped, 100, 101, 0, 110));
    expect(sums(snapshot)).not.toHaveProperty('serviceTime');
    expect(sums(snapshot)).not.toHaveProperty('censoredServiceTime');
    expect(sums(snapshot)).toMatchObject({ responseTime: 10_000, censoredResponseTime: 10_000 });
  });

  it.each(failures.filter((outcome) => !isCensored(outcome)))('of outcome %i improve no percentile', (outcome) => {
    expect(sums(snapshotOf((recorder) => recorder.failed(row, outcome, 100, 101, 103, 110)))).toEqual({
      generatorLag: 1000,
    });
  });
});

describe('outcomes', () => {
  it.each(failures)('%i is counted in its row and class, with its latency', (outcome) => {
    const snapshot = snapshotOf((recorder) => recorder.failed(row, outcome, 100, 101, 103, 110));
    const expected = new Float64Array(layout.rows.length * outcomeClasses.length);
    expected[row * outcomeClasses.length + outcome] = 1;
    expect(snapshot.outcomes).toEqual(expected);
    expect(countsOf(snapshot, numbers.outcome(row, outcome))).toMatchObject({ count: 1, sum: 10_000 });
  });

  it('counts planned, sent and delivered by row, checks by number, codes by row', () => {
    const snapshot = snapshotOf((recorder) => {
      recorder.planned(0);
      recorder.planned(2);
      recorder.planned(2);
      recorder.sent(1);
      recorder.delivered(2);
      recorder.check(0, true);
      recorder.check(1, false);
      recorder.check(1, false);
      recorder.rpcError(2, -32601);
      recorder.rpcError(2, -32601);
      recorder.httpStatus(1, 503);
    });
    expect([...snapshot.planned]).toEqual([1, 0, 2]);
    expect([...snapshot.sent]).toEqual([0, 1, 0]);
    expect([...snapshot.delivered]).toEqual([0, 0, 1]);
    expect([...snapshot.checks]).toEqual([1, 0, 0, 2]);
    expect(snapshot.rpcErrors).toEqual(new Map([['2:-32601', 2]]));
    expect(snapshot.httpStatus).toEqual(new Map([['1:503', 1]]));
  });

  it('tells how late replies were taken up by the row of their request', () => {
    const snapshot = snapshotOf((recorder) => recorder.receiveLag(row, 2.5));
    expect(sums(snapshot)).toEqual({ receiveLag: 2500 });
  });

  it.each<RunQuantity>(['connect', 'tls', 'upgrade', 'initialize'])('%s is recorded once per run', (quantity) => {
    const snapshot = snapshotOf((recorder) => recorder.run(quantity, 2.5, 4));
    expect(snapshot.histograms.map(({ series }) => series)).toEqual([numbers.run(quantity)]);
    expect(countsOf(snapshot, numbers.run(quantity))).toMatchObject({ count: 4, sum: 10_000 });
  });
});

describe('swap', () => {
  it('hands everything over once', () => {
    const recorder = new Recorder(layout);
    const record = () => {
      recorder.planned(1);
      recorder.ok(row, 0, 0, 1, 3);
      recorder.failed(1, Outcome.timeout, 0, 1, 2, 4);
      recorder.counters.opened++;
      recorder.rpcError(0, 1);
      recorder.check(0, true);
    };
    record();
    const first = recorder.swap();
    const nothing = recorder.swap();
    expect(nothing).toEqual(new Recorder(layout).swap());
    record();
    expect(recorder.swap()).toEqual(first);
  });

  it('leaves what was handed over alone', () => {
    const recorder = new Recorder(layout);
    recorder.ok(row, 0, 0, 1, 3);
    const first = recorder.swap();
    const before = structuredClone(first);
    recorder.ok(row, 0, 0, 1, 3);
    recorder.counters.lost++;
    recorder.swap();
    expect(first).toEqual(before);
  });
});
