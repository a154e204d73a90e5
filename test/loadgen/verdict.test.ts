import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Evidence, Second } from '../../src/loadgen/evidence.ts';
import { judge } from '../../src/loadgen/verdict.ts';
import type { Metrics } from '../../src/metrics/figures.ts';
import { good, lag, sound, verdictOf, withOutcomes } from '../support/evidence.ts';
import { totalOfValues } from '../support/measured.ts';

const codes = (found: readonly { readonly code: string }[]) => found.map(({ code }) => code);
const invalidCodes = (changes: Partial<Evidence>) => codes(verdictOf(changes).invalidReasons);

const tail = (micros: number) =>
  totalOfValues([...Array<number>(980).fill(1), ...Array<number>(20).fill(micros)]).distribution();

/** 198 connections came about, and so many did not. */
const withFailures = (failures: Record<string, number>): Metrics => {
  const connect = { ...good.connections.connect, count: 198 };
  return { ...good, connections: { ...good.connections, connect, failures } };
};

/** 1.5 % of what was due found no place. */
const fullQueue: Metrics = (() => {
  const metrics = withOutcomes({ ok: 1970, dropped: 30 });
  return { ...metrics, requests: { ...metrics.requests, completed: 1970, dropped: 30 } };
})();
const oneTimedOut = withOutcomes({ ok: 1999, timeout: 1 });

/** So many seconds, of which the first ones were `late` or `stolen`. */
function seconds(
  count: number,
  {
    late = 0,
    stolen = 0,
    ok = () => 1000,
    responseP50 = () => 1000,
  }: {
    readonly late?: number;
    readonly stolen?: number;
    readonly ok?: (i: number) => number;
    readonly responseP50?: (i: number) => number;
  },
): Second[] {
  return Array.from({ length: count }, (_, i) => ({
    late: i < late,
    steal: i < stolen ? 0.06 : 0.04,
    ok: ok(i),
    responseP50: responseP50(i),
  }));
}

describe('a sound run', () => {
  it('passes, without a word', () => {
    expect(judge(sound)).toEqual({
      verdict: 'pass',
      exitCode: 0,
      certificate: expect.any(Array),
      invalidReasons: [],
      warnings: [],
      limitedBy: 'schedule',
    });
  });
});

describe('what makes a run invalid', () => {
  it.each([
    ['generator_lag_p50', { metrics: { ...good, generatorLag: lag(2010) } }],
    ['generator_lag_p99', { metrics: { ...good, generatorLag: tail(10_100) } }],
    ['receive_lag_p50', { metrics: { ...good, receiveLag: lag(2010) } }],
    ['receive_lag_p99', { metrics: { ...good, receiveLag: tail(10_100) } }],
    ['released', { metrics: fullQueue, overflowed: 30 }],
    ['throttled', { throttled: 0.011 }],
    ['steal', { steal: 0.051 }],
    ['clock_shift', { clockShiftMillis: 1001 }],
    ['clock_shift', { clockShiftMillis: -1001 }],
    ['accounting', { unaccounted: 1 }],
    ['exhausted', { metrics: withFailures({ EMFILE: 1, ENOBUFS: 1, EADDRNOTAVAIL: 1 }) }],
    ['littles_law', { littleDeviation: 0.051 }],
    ['suspended', { suspension: { longestMillis: 201, atSecond: 3.7, share: 0.001 } }],
    ['suspended_share', { suspension: { longestMillis: 60, atSecond: 0, share: 0.011 } }],
    ['late_seconds', { seconds: seconds(20, { late: 3 }) }],
    ['late_seconds', { seconds: seconds(100, { late: 6 }) }],
    ['stolen_seconds', { seconds: seconds(20, { stolen: 3 }) }],
  ])('%s', (code, changes) => {
    const judged = verdictOf(changes);
    expect(codes(judged.invalidReasons)).toEqual([code]);
    expect(judged).toMatchObject({ verdict: 'invalid', exitCode: 5 });
  });

  it.each<[string, Partial<Evidence>]>([
    ['lag of a tenth of the median', { metrics: { ...good, generatorLag: lag(1990), receiveLag: lag(1990) } }],
    ['lag of a tenth of the tail', { metrics: { ...good, generatorLag: tail(9900), receiveLag: tail(9900) } }],
    ['some throttling', { throttled: 0.01 }],
    ['a few connections too many for this machine', { metrics: withFailures({ EMFILE: 2 }) }],
    ['connections that the target refused', { metrics: withFailures({ ECONNREFUSED: 1000, TIMEOUT: 1000 }) }],
    ['steal as far as it may go', { steal: 0.05 }],
    ['a machine that does not know', { steal: null, throttled: null, targetCores: null }],
    ['a clock that was adjusted', { clockShiftMillis: 999 }],
    ['what Little’s law leaves to rounding', { littleDeviation: 0.05 }],
    ['a law that cannot be judged', { littleDeviation: null }],
    ['a suspension as schedulers make them', { suspension: { longestMillis: 200, atSecond: 0, share: 0.01 } }],
    ['two bad seconds, however few there are', { seconds: seconds(2, { late: 2, stolen: 2 }) }],
    ['one bad second in twenty', { seconds: seconds(100, { late: 5, stolen: 5 }) }],
  ])('but not %s', (_, changes) => {
    expect(verdictOf(changes)).toMatchObject({ verdict: 'pass', exitCode: 0, invalidReasons: [] });
  });

  it('is at least 1 ms of lag in the median, 5 ms in the tail, however fast the replies', () => {
    const fast = { ...good, responseTime: lag(100) };
    expect(invalidCodes({ metrics: { ...fast, generatorLag: lag(999) } })).toEqual([]);
    expect(invalidCodes({ metrics: { ...fast, generatorLag: lag(1001) } })).toEqual(['generator_lag_p50']);
    expect(invalidCodes({ metrics: { ...fast, generatorLag: tail(4990) } })).toEqual([]);
    expect(invalidCodes({ metrics: { ...fast, generatorLag: tail(5010) } })).toEqual(['generator_lag_p99']);
  });

  it('is not lag that too few samples tell of', () => {
    const { p50, p99 } = totalOfValues(Array<number>(19).fill(1e6)).distribution();
    expect([p50, p99]).toEqual([null, null]);
    const few = totalOfValues(Array<number>(19).fill(1e6)).distribution();
    expect(invalidCodes({ metrics: { ...good, generatorLag: few, receiveLag: few } })).toEqual([]);
  });

  it('is not what maxVUs asked to be dropped, of which there is a warning', () => {
    const { invalidReasons, warnings } = verdictOf({ metrics: fullQueue });
    expect([codes(invalidReasons), codes(warnings)]).toEqual([[], ['refused_arrivals']]);
  });

  it('says when the generator was suspended, and for how long', () => {
    const { invalidReasons } = verdictOf({ suspension: { longestMillis: 1234, atSecond: 3.7, share: 0.001 } });
    expect(invalidReasons[0].message).toBe(
      'the generator was suspended for 1.23 s at second 3 of the run, limit 200 ms',
    );
  });

  it('is told in full', () => {
    expect(
      invalidCodes({ throttled: 1, steal: 1, clockShiftMillis: 1e6, metrics: { ...good, receiveLag: lag(1e6) } }),
    ).toEqual(['throttled', 'steal', 'clock_shift', 'receive_lag_p50', 'receive_lag_p99']);
  });
});

describe('who set the pace', () => {
  it.each<['schedule' | 'target' | 'generator' | 'none', Partial<Evidence>]>([
    ['schedule', { model: 'open', workersBusy: 1, targetCores: 1 }],
    ['target', { model: 'open', metrics: fullQueue }],
    ['target', { model: 'open', metrics: oneTimedOut }],
    ['target', { model: 'closed', workersBusy: 1, targetCores: 0.96 }],
    ['target', { model: 'closed', workersBusy: 0.1, targetCores: 2 }],
    ['generator', { model: 'closed', workersBusy: 0.96, targetCores: 0.9 }],
    ['generator', { model: 'closed', workersBusy: 0.96, targetCores: null }],
    ['none', { model: 'closed', workersBusy: 0.95, targetCores: 0.95 }],
  ])('%s', (limitedBy, changes) => {
    expect(verdictOf(changes).limitedBy).toBe(limitedBy);
  });

  it('lets a closed run without a core left be late, and says so', () => {
    const late = { ...good, generatorLag: lag(1e6), receiveLag: lag(1e6) };
    const judged = verdictOf({ model: 'closed', workersBusy: 1, metrics: late });
    expect(judged).toMatchObject({ verdict: 'generator-limited', exitCode: 0 });
    expect(codes(judged.warnings)).toContain('generator_limited');
    expect(invalidCodes({ model: 'closed', workersBusy: 1, metrics: late, steal: 1 })).toEqual(['steal']);
  });
});

describe('a closed run whose generator was late', () => {
  const late = { ...good, receiveLag: lag(1e6) };
  it.each<[string, 'invalid' | 'generator-limited', Partial<Evidence>]>([
    ['by its own work', 'generator-limited', { cpuWait: 0.25 }],
    ['by its own work, with a target as busy', 'generator-limited', { cpuWait: 0.1, targetCores: 1 }],
    ['because others had its core', 'invalid', { cpuWait: 0.26 }],
    ['though nothing is known of others and it had idle time', 'invalid', { cpuWait: null }],
    ['and never rested, as far as is known', 'generator-limited', { cpuWait: null, workersBusy: 0.96 }],
  ])('%s is %s', (_, verdict, changes) => {
    const judged = verdictOf({ model: 'closed', metrics: late, ...changes });
    expect(judged.verdict).toBe(verdict);
    const lags = judged.certificate.filter(({ rule }) => rule.startsWith('receive_lag'));
    expect(lags.map((entry) => entry.verdict)).toEqual(Array(2).fill(verdict === 'invalid' ? 'fail' : 'warn'));
  });

  it.each<['generator' | 'target' | 'none', Partial<Evidence>]>([
    ['generator', { cpuWait: 0.1, workersBusy: 1, targetCores: 1 }],
    ['generator', { cpuWait: 0.1, workersBusy: 0.6, targetCores: 1 }],
    ['generator', { cpuWait: 0.1, workersBusy: 0.6, targetCores: 0.5 }],
    ['target', { cpuWait: 0.3, workersBusy: 1, targetCores: 1 }],
    ['none', { cpuWait: 0.3, workersBusy: 1, targetCores: 0.5 }],
  ])('was limited by: %s, with %j', (limitedBy, changes) => {
    expect(verdictOf({ model: 'closed', metrics: late, ...changes }).limitedBy).toBe(limitedBy);
  });

  it('is one whose seconds were late, too', () => {
    expect(verdictOf({ model: 'closed', seconds: seconds(9, { late: 3 }) }).limitedBy).toBe('generator');
  });
});

describe('the certificate', () => {
  const share = fc.constantFrom(null, 0, 0.03, 0.5, 1);
  const evidence = fc.record({
    model: fc.constantFrom('open' as const, 'closed' as const),
    metrics: fc.constantFrom(good, fullQueue, { ...good, receiveLag: lag(1e6) }, { ...good, generatorLag: lag(3000) }),
    steal: share,
    throttled: share,
    cpuWait: share,
    coresBusy: share,
    littleDeviation: share,
    workersBusy: fc.constantFrom(0, 1),
    overflowed: fc.constantFrom(0, 30),
    seconds: fc.constantFrom([], seconds(10, {}), seconds(10, { late: 5, stolen: 5 })),
    polls: fc.boolean(),
    steadyLoad: fc.boolean(),
  });

  it('lists every rule once, in every run', () => {
    const known = verdictOf({}).certificate.map(({ rule }) => rule);
    expect(new Set(known).size).toBe(known.length);
    fc.assert(
      fc.property(evidence, (changes) => {
        expect(verdictOf(changes).certificate.map(({ rule }) => rule)).toEqual(known);
      }),
    );
  });

  it('is all that makes a run invalid, and every rule that is broken does', () => {
    fc.assert(
      fc.property(evidence, (changes) => {
        const { certificate, invalidReasons, warnings, verdict } = verdictOf(changes);
        const ended = (wanted: string) => certificate.filter((entry) => entry.verdict === wanted);
        expect(codes(invalidReasons)).toEqual(ended('fail').map(({ rule }) => rule));
        expect(codes(warnings)).toEqual(expect.arrayContaining(ended('warn').map(({ rule }) => rule)));
        expect(verdict === 'invalid').toBe(ended('fail').length > 0);
        for (const { value } of ended('unknown')) expect(value).toBeNull();
      }),
    );
  });

  it('holds nothing against what is not known', () => {
    const nothing = { steal: null, throttled: null, cpuWait: null, coresBusy: null, littleDeviation: null };
    const { certificate } = verdictOf({ ...nothing, polls: true });
    const unknown = certificate.filter(({ verdict }) => verdict === 'unknown').map(({ rule }) => rule);
    expect(unknown).toEqual(
      expect.arrayContaining(['steal', 'throttled', 'littles_law', 'cpu_wait', 'shared_cores', 'event_loop']),
    );
  });
});

describe('warnings', () => {
  const { correlation, responseTime } = good;
  it.each<[string, Partial<Evidence>]>([
    ['steal', { steal: 0.021 }],
    ['steal_unknown', { steal: null }],
    ['closed_loop', { model: 'closed' }],
    ['in_session', { inSession: true }],
    ['unknown_id', { metrics: { ...good, correlation: { ...correlation, unknownId: 1 } } }],
    ['duplicate', { metrics: { ...good, correlation: { ...correlation, duplicate: 1 } } }],
    ['late', { metrics: { ...good, correlation: { ...correlation, late: 1 } } }],
    ['clamped', { metrics: { ...good, responseTime: { ...responseTime, clamped: 1 } } }],
    ['target_gone', { targetGone: 'x' }],
    ['event_loop', { workersBusy: 0.96 }],
    ['gc', { gc: { share: 0.051, longestMicros: 100 } }],
    ['gc_pause', { gc: { share: 0.01, longestMicros: 10_100 } }],
    ['cpu_wait', { cpuWait: 0.26 }],
    ['shared_cores', { coresBusy: 0.91 }],
    ['target_silence', { silence: { longestMillis: 201, atEnd: false } }],
    ['target_silence', { silence: { longestMillis: 5000, atEnd: true } }],
    ['steady_throughput', { steadyLoad: true, seconds: seconds(12, { ok: (i) => 1000 + 50 * i }) }],
    ['steady_latency', { steadyLoad: true, seconds: seconds(12, { responseP50: (i) => 1000 - 50 * i }) }],
  ])('%s', (code, changes) => {
    const { warnings, invalidReasons } = verdictOf(changes);
    expect([codes(warnings), invalidReasons]).toEqual([[code], []]);
  });
});
