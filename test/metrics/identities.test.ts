import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExchangeTable } from '../../src/loadgen/exchanges.ts';
import { littleDeviation, timeInSystem, unaccounted } from '../../src/metrics/identities.ts';
import type { Recorder } from '../../src/metrics/recorder.ts';
import { operationsOf, runMetrics, stageResults } from '../../src/metrics/summary.ts';
import { Outcome, outcomeClasses } from '../../src/wire/outcome.ts';
import { collected, measuredOperation, measuredScenario } from '../support/measured.ts';

const plan = {
  scenarios: [measuredScenario([1, 1], { operations: [measuredOperation('a'), measuredOperation('b')] })],
};
const rows = 6;

interface Stay {
  readonly row: number;
  readonly outcome: Outcome;
  readonly planned: number;
  readonly lag: number;
  readonly length: number;
}

const stays = fc.array(
  fc.record({
    row: fc.nat({ max: rows - 1 }),
    outcome: fc.constantFrom(...outcomeClasses.map((_, index) => index as Outcome)),
    planned: fc.double({ min: 0, max: 5000, noNaN: true }),
    lag: fc.double({ min: 0, max: 50, noNaN: true }),
    length: fc.double({ min: 0, max: 2000, noNaN: true }),
  }),
  { maxLength: 40 },
);

/** Records a stay as the engine does: what is dropped never gets a place in the table. */
function live(recorder: Recorder, table: ExchangeTable, { row, outcome, planned, lag, length }: Stay): void {
  const released = planned + lag;
  recorder.planned(row);
  if (outcome === Outcome.dropped) return recorder.failed(row, outcome, planned, released, 0, planned + 3000);
  const slot = table.begin(planned, released);
  const ended = released + length;
  if (outcome === Outcome.ok) recorder.ok(row, planned, released, released, ended);
  else recorder.failed(row, outcome, planned, released, released, ended);
  table.end(slot, ended);
}

function run(all: readonly Stay[], distort: (recorder: Recorder) => void = () => undefined) {
  const table = new ExchangeTable(64);
  const halves = [all.slice(0, all.length / 2), all.slice(all.length / 2)];
  return collected(
    plan,
    ...halves.map((half) => (recorder: Recorder) => {
      for (const stay of half) live(recorder, table, stay);
      recorder.counters.inFlightMillis = table.takeInFlight(1e4).millis;
      distort(recorder);
    }),
  );
}

const published = (collector: ReturnType<typeof run>) => ({
  metrics: runMetrics(collector, 2, { peakConnections: 0, meanInFlight: 0 }),
  operations: operationsOf(collector, () => true, 2),
  stages: stageResults(collector, plan, Number.POSITIVE_INFINITY),
});

const even: readonly Stay[] = Array.from({ length: 20 }, (_, i) => ({
  row: 2 + (i % 4),
  outcome: Outcome.ok,
  planned: 10 * i,
  lag: 0.1,
  length: 5,
}));

describe('Little’s law', () => {
  it('holds whatever happened to whatever exchanges', () => {
    fc.assert(
      fc.property(stays, (all) => {
        const collector = run(all);
        const stay = timeInSystem(collector)!;
        expect(stay.exchanges).toBe(all.length);
        expect(littleDeviation(stay)).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it.each<[what: string, distort: (recorder: Recorder) => void, deviation: number]>([
    ['forgets an exchange', (recorder) => recorder.counters.inFlightMillis++, 2 / 102],
    ['counts one twice', (recorder) => recorder.ok(2, 0, 0, 0, 5), 10 / 110],
    ['takes the wrong instant', (recorder) => recorder.ok(2, 0, 10, 10, 0), 20 / 100],
  ])('tells of a recorder that %s', (_, distort, deviation) => {
    expect(littleDeviation(timeInSystem(run(even, distort))!)).toBeCloseTo(deviation, 6);
  });

  it('is not judged where a time is out of range', () => {
    expect(timeInSystem(run(even, (recorder) => recorder.ok(2, 0, 0, 0, 4e6)))).toBeUndefined();
  });

  it('holds of a run without an exchange', () => {
    expect(littleDeviation(timeInSystem(run([]))!)).toBe(0);
  });
});

describe('the accounts', () => {
  it('are looked at in every operation of every stage, so that two faults do not make up for each other', () => {
    const collector = run(even);
    expect(unaccounted(published(collector))).toBe(0);
    collector.planned[2]++;
    collector.planned[5]--;
    expect(published(collector).metrics.requests.planned).toBe(even.length);
    // Two operations, two stages, and an operation in each stage.
    expect(unaccounted(published(collector))).toBe(6);
  });
});
