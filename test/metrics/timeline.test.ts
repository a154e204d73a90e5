import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WorkerInterval } from '../../src/metrics/interval.ts';
import { Recorder } from '../../src/metrics/recorder.ts';
import { seriesLayout } from '../../src/metrics/series.ts';
import { TimelineBuilder } from '../../src/metrics/timeline.ts';
import { Outcome } from '../../src/wire/outcome.ts';
import { intervalOf, measuredScenario } from '../support/measured.ts';

const layout = seriesLayout({ scenarios: [measuredScenario([1])] });

function interval(sequence: number, changes: Partial<WorkerInterval> = {}, record?: (recorder: Recorder) => void) {
  const recorder = new Recorder(layout);
  record?.(recorder);
  return intervalOf(recorder.swap(), { sequence, to: (sequence + 1) * 1000, ...changes });
}

describe('TimelineBuilder', () => {
  it('closes a row when every worker has sent its part, in whatever order', () => {
    const order = fc.shuffledSubarray([0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3], { minLength: 12 });
    fc.assert(
      fc.property(order, (sequences) => {
        const builder = new TimelineBuilder(3, layout);
        const seen = new Map<number, number>();
        for (const sequence of sequences) {
          const parts = (seen.get(sequence) ?? 0) + 1;
          seen.set(sequence, parts);
          expect(builder.add(interval(sequence))?.sequence).toBe(parts === 3 ? sequence : undefined);
        }
        expect([...builder.rest()]).toEqual([]);
      }),
    );
  });

  it('adds up counts and levels, takes the latest end and the busiest worker', () => {
    const builder = new TimelineBuilder(2, layout);
    const levels = { vus: 3, connections: 4, inFlight: 5, eventLoopUtilization: 0.2, cpuMicros: 100, cpuWaitMillis: 6 };
    builder.add(
      interval(7, { ...levels, to: 8000, longestStallAt: 7400 }, (recorder) => {
        recorder.planned(0);
        recorder.planned(1);
        recorder.sent(1);
        recorder.ok(1, 0, 1, 2, 10);
        recorder.receiveLag(0, 2);
        recorder.counters.inFlightMillis = 11;
        recorder.counters.stallMillis = 60;
        recorder.counters.longestStallMillis = 60;
        recorder.counters.silenceMillis = 80;
      }),
    );
    const row = builder.add(
      interval(7, { ...levels, to: 7500, longestStallAt: 7100, eventLoopUtilization: 0.1 }, (recorder) => {
        recorder.planned(1);
        recorder.ok(0, 0, 3, 4, 30);
        recorder.failed(1, Outcome.timeout, 0, 0, 1, 100);
        recorder.failed(1, Outcome.rpcError, 0, 0, 1, 5);
        recorder.run('connect', 9000);
        recorder.receiveLag(1, 4);
        recorder.counters.inFlightMillis = 22;
        recorder.counters.stallMillis = 110;
        recorder.counters.longestStallMillis = 55;
        recorder.counters.silenceMillis = 70;
      }),
    )!;
    expect(row).toMatchObject({
      sequence: 7,
      seconds: 8,
      planned: 3,
      sent: 1,
      completed: 3,
      ok: 2,
      errors: 2,
      inFlightMillis: 33,
      cpuWaitMillis: 12,
      stallMillis: 170,
      longestStallMillis: 60,
      longestStallAt: 7.4,
      silenceMillis: 80,
    });
    expect(row).toMatchObject({ vus: 6, connections: 8, inFlight: 10, eventLoopUtilization: 0.2, cpuMicros: 200 });
    expect(row.responseTime).toMatchObject({ count: 3, sum: 10_000 + 30_000 + 100_000 });
    expect(row.generatorLag).toMatchObject({ count: 4, max: 3000 });
    expect(row.receiveLag).toMatchObject({ count: 2, sum: 6000 });
  });

  it('does not know what one worker does not know', () => {
    const builder = new TimelineBuilder(2, layout);
    builder.add(interval(0, { cpuWaitMillis: 6 }));
    expect(builder.add(interval(0, { cpuWaitMillis: null }))!.cpuWaitMillis).toBeNull();
  });

  it('gives the rows in order that workers never completed', () => {
    const builder = new TimelineBuilder(2, layout);
    for (const sequence of [5, 3, 4, 4]) builder.add(interval(sequence, { vus: 1 }));
    expect([...builder.rest()].map(({ sequence, vus }) => [sequence, vus])).toEqual([
      [3, 1],
      [5, 1],
    ]);
  });
});
