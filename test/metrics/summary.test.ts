import fc from 'fast-check';
import { decodeFromCompressedBase64 } from 'hdr-histogram-js';
import { describe, expect, it } from 'vitest';
import type { Collector } from '../../src/metrics/collector.ts';
import type { OperationMetrics } from '../../src/metrics/figures.ts';
import type { Recorder } from '../../src/metrics/recorder.ts';
import { seriesLayout } from '../../src/metrics/series.ts';
import {
  encodedHistograms,
  measuredRows,
  operationMetrics,
  operationsOf,
  runMetrics,
  selectedSeconds,
  stageResults,
  totalOf,
} from '../../src/metrics/summary.ts';
import { Outcome } from '../../src/wire/outcome.ts';
import { collected, measuredOperation, measuredScenario, rowOf } from '../support/measured.ts';

const plan = {
  scenarios: [
    measuredScenario([10, 20], {
      name: 'staged',
      phases: { warmup: 3 },
      operations: [measuredOperation('list'), measuredOperation('call')],
    }),
    measuredScenario([12], { name: 'flat', startTime: 5, operations: [measuredOperation('list')] }),
  ],
};
const rows = seriesLayout(plan).rows;
const inMeasure = (row: number) => rows[row].stage >= 0;
const levels = { peakConnections: 7, meanInFlight: 1.5 };

/** An exchange planned in one row, answered (when it was) in the time of another. */
const event = fc.record({
  row: fc.nat({ max: rows.length - 1 }),
  outcome: fc.oneof(fc.constant(Outcome.ok), fc.constantFrom(...Object.values(Outcome))),
  took: fc.nat({ max: 2000 }),
  later: fc.boolean(),
});
type Event = { readonly row: number; readonly outcome: Outcome; readonly took: number; readonly later: boolean };

/** Row of the next stage of the same operation, where there is one. */
function arrivalRow({ row, later }: Event): number {
  const { scenario, stage, operation } = rows[row];
  const next = rowOf(plan, scenario, stage + 1, operation);
  return later && next >= 0 ? next : row;
}

function happen(recorder: Recorder, event: Event): void {
  const { row, outcome, took } = event;
  recorder.planned(row);
  if (outcome !== Outcome.dropped) recorder.sent(row);
  if (outcome === Outcome.ok) {
    recorder.ok(row, 1, 1, 2, 2 + took);
    recorder.delivered(arrivalRow(event));
  } else recorder.failed(row, outcome, 1, 1, outcome === Outcome.dropped ? 0 : 2, 2 + took);
  if (outcome === Outcome.rpcError) recorder.rpcError(row, -32601);
  if (outcome === Outcome.httpStatus) recorder.httpStatus(row, 503);
}

function of(events: readonly Event[]): Collector {
  return collected(plan, (recorder) => {
    for (const one of events) happen(recorder, one);
  });
}

const sumOf = (record: Readonly<Record<string, number>> = {}) => Object.values(record).reduce((sum, n) => sum + n, 0);
const whole = Number.POSITIVE_INFINITY;

/** The figures that add up over disjoint sets of rows. */
function additive({
  requests,
  responseTime,
  targetTime,
  serviceTime,
  generatorLag,
  outcomes,
  ...rest
}: OperationMetrics) {
  return {
    ...requests,
    ...outcomes,
    responses: responseTime.count,
    responseSum: responseTime.sum,
    targetSum: targetTime.sum,
    serviceSum: serviceTime.sum,
    lagSum: generatorLag.sum,
    rpcErrors: sumOf(rest.rpcErrors),
    httpStatus: sumOf(rest.httpStatus),
  };
}

function added(parts: readonly OperationMetrics[]) {
  const figures = parts.map(additive);
  const keys = Object.keys(figures[0]) as (keyof (typeof figures)[number])[];
  return Object.fromEntries(keys.map((key) => [key, figures.reduce((sum, part) => sum + part[key], 0)]));
}

describe('the figures of a run', () => {
  it('add up: planned is the sum of outcomes, stages and operations make the whole', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const collector = of(events);
        const metrics = runMetrics(collector, 30, levels);
        const stages = stageResults(collector, plan, whole);
        expect(metrics.requests.planned).toBe(events.filter(({ row }) => inMeasure(row)).length);
        for (const part of [metrics, ...stages.map((stage) => stage.metrics)])
          expect(sumOf(part.outcomes)).toBe(part.requests.planned);
        expect(added(stages.map((stage) => stage.metrics))).toEqual(additive(metrics));
        expect(added(Object.values(operationsOf(collector, () => true, 30)))).toEqual(additive(metrics));
        expect(added(stages.flatMap((stage) => Object.values(stage.operations)))).toEqual(additive(metrics));
      }),
      { numRuns: 15 },
    );
  });

  it('take throughput from the replies that came in during the time, whenever they were planned', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const collector = of(events);
        const arrived = events.filter(({ outcome }) => outcome === Outcome.ok).map(arrivalRow);
        expect(runMetrics(collector, 30, levels).throughputPerSecond).toBeCloseTo(
          arrived.filter(inMeasure).length / 30,
          9,
        );
        const found = stageResults(collector, plan, whole).map(({ metrics }) => metrics.throughputPerSecond);
        const expected = [
          [0, 0, 10],
          [0, 1, 20],
          [1, 0, 12],
        ].map(
          ([s, g, seconds]) =>
            arrived.filter((row) => rows[row].scenario === s && rows[row].stage === g).length / seconds,
        );
        expect(found).toEqual(expected);
      }),
      { numRuns: 15 },
    );
  });

  it('hold replies to requests that were measured against our own lateness, and no others', () => {
    const collector = collected(plan, (recorder) => {
      rows.forEach((_, row) => {
        recorder.receiveLag(row, inMeasure(row) ? 2 : 900);
      });
    });
    const { receiveLag } = runMetrics(collector, 30, levels);
    expect(receiveLag).toMatchObject({ count: rows.filter(({ stage }) => stage >= 0).length, max: 2000 });
  });

  it('have all bytes of the run by all of its requests', () => {
    const collector = collected(plan, (recorder) => {
      for (let row = 0; row < 4; row++) happen(recorder, { row, outcome: Outcome.ok, took: 1, later: false });
      happen(recorder, { row: 0, outcome: Outcome.timeout, took: 1, later: false });
      recorder.counters.bytesSent = 1000;
      recorder.counters.bytesReceived = 500;
    });
    const { bytes } = runMetrics(collector, 30, levels);
    expect(bytes).toEqual({ sent: 1000, received: 500, sentPerRequest: 200, receivedPerReply: 125 });
  });

  it('of an empty run are zero, not NaN', () => {
    const metrics = runMetrics(of([]), 0, levels);
    expect(metrics).toMatchObject({ throughputPerSecond: 0, errorRate: 0, requests: { planned: 0, completed: 0 } });
    expect(metrics.bytes).toEqual({ sent: 0, received: 0, sentPerRequest: 0, receivedPerReply: 0 });
    expect(JSON.stringify(metrics)).not.toContain('NaN');
    expect(metrics).not.toHaveProperty('rpcErrors');
    expect(metrics).not.toHaveProperty('latencyByOutcome');
  });
});

describe('one set of rows', () => {
  const row = rowOf(plan, 0, 0, 0);
  const event = (outcome: Outcome, took: number, later = false): Event => ({ row, outcome, took, later });
  const times = <T>(count: number, make: () => T) => Array.from({ length: count }, make);

  it('counts as errors all that is not ok', () => {
    const collector = of([
      ...times(3, () => event(Outcome.ok, 1)),
      event(Outcome.toolError, 1),
      event(Outcome.timeout, 9),
    ]);
    const metrics = operationMetrics(collector, [row], 1);
    expect(metrics.errorRate).toBeCloseTo(0.4, 12);
    expect(metrics.requests).toEqual({ planned: 5, sent: 5, completed: 4, dropped: 0, unanswered: 0 });
    expect(metrics.responseTime.count).toBe(4);
    expect(metrics.latencyByOutcome).toMatchObject({ tool_error: { count: 1 }, timeout: { count: 1, max: 10_000 } });
  });

  it('tells codes apart', () => {
    const collector = of([event(Outcome.rpcError, 1), event(Outcome.rpcError, 1), event(Outcome.httpStatus, 1)]);
    expect(operationMetrics(collector, [row], 1)).toMatchObject({
      rpcErrors: { '-32601': 2 },
      httpStatus: { '503': 1 },
    });
    expect(operationMetrics(collector, [row + 1], 1)).not.toHaveProperty('rpcErrors');
  });

  it('marks the percentiles of every time by its own censored part', () => {
    const collector = collected(plan, (recorder) => {
      for (let i = 0; i < 90; i++) recorder.ok(row, 0, 0, 0.5, 1);
      for (let i = 0; i < 30; i++) recorder.failed(row, Outcome.timeout, 0, 400, 700, 1000);
    });
    const { responseTime, targetTime, serviceTime, generatorLag } = operationMetrics(collector, [row], 1);
    for (const { bounds } of [responseTime, targetTime, serviceTime]) expect(bounds).toEqual({ p90: '>=', max: '>=' });
    expect([responseTime.p90, targetTime.p90, serviceTime.p90].map((us) => Math.round(us! / 1e5))).toEqual([10, 6, 3]);
    expect(generatorLag.bounds).toBeUndefined();
  });

  it('takes no first byte that came for a bound, though its reply never did', () => {
    const collector = collected(plan, (recorder) => {
      for (let i = 0; i < 900; i++) recorder.ok(row, 0, 0, 1, 11 + (i % 10));
      for (let i = 0; i < 100; i++) {
        recorder.failed(row, Outcome.connectionLost, 0, 0, 1, 6);
        recorder.inParts(row, 1, 2, 0, 6, false);
      }
    });
    const { firstByte, serviceTime } = operationMetrics(collector, [row], 1);
    expect(firstByte?.count).toBe(1000);
    expect(firstByte?.bounds).toBeUndefined();
    expect(serviceTime.bounds).toBeDefined();
  });

  it.each([
    ['that broke off after its first byte', true, undefined],
    ['of which nothing ever came', false, { max: '>=' }],
  ])('the longest wait for a first byte, beside a reply that lasted as long, %s', (_, began, bounds) => {
    const collector = collected(plan, (recorder) => {
      for (let i = 0; i < 99; i++) recorder.ok(row, 0, 0, 1, 6);
      recorder.inParts(row, 1, 2, 0, 6, true);
      recorder.failed(row, Outcome.connectionLost, 0, 0, 1, 6);
      if (began) recorder.inParts(row, 1, 2, 0, 6, false);
    });
    expect(operationMetrics(collector, [row], 1).firstByte?.bounds).toEqual(bounds);
  });
});

describe('stages', () => {
  it('tell their place, and last no longer than the load did', () => {
    const at = (ended: number) => {
      const ok = of(
        [0, 1].map((stage) => ({ row: rowOf(plan, 0, stage, 0), outcome: Outcome.ok, took: 1, later: false })),
      );
      return stageResults(ok, plan, ended).map(({ metrics }) => metrics.throughputPerSecond);
    };
    expect(
      stageResults(of([]), plan, whole).map(({ scenario, index, name, from, to, target }) => [
        scenario,
        index,
        name,
        from,
        to,
        target,
      ]),
    ).toEqual([
      ['staged', 0, 'stage 0', 0, 10, 10],
      ['staged', 1, 'stage 1', 10, 30, 20],
      ['flat', 0, 'stage 0', 0, 12, 10],
    ]);
    expect(at(whole)).toEqual([1 / 10, 1 / 20, 0]);
    expect(at(18)).toEqual([1 / 10, 1 / 5, 0]);
    expect(at(8)).toEqual([1 / 5, 0, 0]);
    expect(at(0)).toEqual([0, 0, 0]);
  });

  it('of the same number last as long as the longest of them', () => {
    expect([0, 1, 2].map((stage) => selectedSeconds(plan, { stage }, whole))).toEqual([12, 20, 0]);
    expect([0, 1].map((stage) => selectedSeconds(plan, { stage }, 14))).toEqual([10, 1]);
  });

  it('of one scenario last as long as its own', () => {
    const names = plan.scenarios.map(({ name }) => name);
    const of = (stage?: number) =>
      names.map((scenario) => selectedSeconds(plan, { scenario, ...(stage !== undefined && { stage }) }, whole));
    const seconds = plan.scenarios.map(({ executor }) => executor.stages.map((stage) => stage.seconds));
    expect(of(0)).toEqual(seconds.map(([first]) => first));
    expect(of()).toEqual(seconds.map((all) => all.reduce((sum, one) => sum + one, 0)));
  });

  it('come with their histograms, by operation and quantity', () => {
    const row = rowOf(plan, 0, 1, 1);
    const collector = of([
      { row, outcome: Outcome.ok, took: 5, later: false },
      { row, outcome: Outcome.dropped, took: 7, later: false },
    ]);
    const encoded = encodedHistograms(collector, plan);
    expect(encoded.map((stage) => Object.keys(stage))).toEqual([['list', 'call'], ['list', 'call'], ['list']]);
    const { call } = encoded[1];
    expect(Object.keys(call)).toEqual([
      'responseTime',
      'targetTime',
      'serviceTime',
      'generatorLag',
      'censoredResponseTime',
      'censoredTargetTime',
    ]);
    expect(decodeFromCompressedBase64(call.responseTime).totalCount).toBe(2);
    expect(decodeFromCompressedBase64(call.serviceTime).totalCount).toBe(1);
    expect(encoded[0].call).toEqual({});
  });
});

describe('measuredRows', () => {
  it('are those of the measure phase, further picked', () => {
    const collector = of([]);
    expect(measuredRows(collector)).toEqual([...rows.keys()].filter(inMeasure));
    expect(measuredRows(collector, ({ operationName }) => operationName === 'call')).toHaveLength(2);
    expect(totalOf(collector, [], 'responseTime').count).toBe(0);
  });
});
