import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Collector, intervalSums } from '../../src/metrics/collector.ts';
import { Recorder } from '../../src/metrics/recorder.ts';
import { seriesLayout } from '../../src/metrics/series.ts';
import { Outcome } from '../../src/wire/outcome.ts';
import { collected, intervalOf, measuredOperation, measuredScenario } from '../support/measured.ts';

const plan = {
  scenarios: [
    measuredScenario([1], { operations: [measuredOperation('a', ['x']), measuredOperation('b')] }),
    measuredScenario([1, 1], { name: 'two' }),
  ],
};
const layout = seriesLayout(plan);

/** One thing that happens to a row. */
const event = fc.record({
  row: fc.nat({ max: layout.rows.length - 1 }),
  outcome: fc.constantFrom(...Object.values(Outcome)),
  took: fc.nat({ max: 5000 }),
});
type Event = { readonly row: number; readonly outcome: Outcome; readonly took: number };

function happen(recorder: Recorder, { row, outcome, took }: Event): void {
  recorder.planned(row);
  recorder.sent(row);
  recorder.check(0, took % 2 === 0);
  recorder.run('connect', took);
  recorder.counters.bytesSent += took;
  if (outcome === Outcome.ok) {
    recorder.ok(row, 1, 2, 3, 3 + took);
    recorder.delivered(row);
  } else recorder.failed(row, outcome, 1, 2, 3, 3 + took);
  if (outcome === Outcome.rpcError) recorder.rpcError(row, took % 3);
  if (outcome === Outcome.httpStatus) recorder.httpStatus(row, 500 + (took % 3));
}

/** Everything a collector holds, for comparison. */
function figures(collector: Collector) {
  const { planned, sent, delivered, outcomes, checks, rpcErrors, httpStatus, counters } = collector;
  const series = Array.from({ length: collector.numbers.total }, (_, number) =>
    collector.series(number).distribution(),
  );
  return { planned, sent, delivered, outcomes, checks, rpcErrors, httpStatus, counters, series };
}

describe('Collector', () => {
  it('comes to the same however the events are spread over workers and intervals', () => {
    fc.assert(
      fc.property(fc.array(fc.array(event, { maxLength: 12 }), { minLength: 1, maxLength: 5 }), (intervals) => {
        const record = (events: readonly Event[]) => (recorder: Recorder) => {
          for (const one of events) happen(recorder, one);
        };
        expect(figures(collected(plan, ...intervals.map(record)))).toEqual(
          figures(collected(plan, record(intervals.flat()))),
        );
      }),
      { numRuns: 50 },
    );
  });

  it('adds what workers had in flight in the same interval, and keeps the highest of the intervals', () => {
    const collector = new Collector(layout);
    const part = (sequence: number, inFlightMax: number) => {
      const recorder = new Recorder(layout);
      recorder.counters.inFlightMax = inFlightMax;
      collector.add(intervalOf(recorder.swap(), { sequence }));
    };
    part(0, 30);
    part(1, 10);
    part(0, 20);
    part(1, 15);
    expect(collector.counters.inFlightMax).toBe(50);
  });
});

describe('intervalSums', () => {
  it('tells replies from everything else that ended', () => {
    fc.assert(
      fc.property(fc.array(event), (events) => {
        const recorder = new Recorder(layout);
        for (const one of events) happen(recorder, one);
        const of = (...outcomes: readonly number[]) =>
          events.filter(({ outcome }) => outcomes.includes(outcome)).length;
        const ok = of(Outcome.ok);
        expect(intervalSums(recorder.swap())).toEqual({
          planned: events.length,
          sent: events.length,
          completed: of(Outcome.ok, Outcome.toolError, Outcome.rpcError, Outcome.httpStatus),
          ok,
          errors: events.length - ok,
        });
      }),
    );
  });
});
