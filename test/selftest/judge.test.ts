import { describe, expect, it } from 'vitest';
import type { RunResult } from '../../src/results/result.ts';
import { cases } from '../../src/selftest/case.ts';
import { judge } from '../../src/selftest/judge.ts';
import { attemptOf, times } from '../support/attempts.ts';

const freeze = cases.freeze('quick');
const truth = { p50: 1000, p90: 1000, p99: 91_000, p999: 100_000 };

describe('times', () => {
  it('pass within one spacing, the lateness of all three and one step of the histogram', () => {
    // 1,000 + 10 + 20 + 30, and above 65,536 µs a step is 64 µs; at p99.9 the lateness there.
    const within = { ...truth, p50: 2061, p99: 91_000 - 1124, p999: 100_000 + 1000 + 120 + 64 };
    const { verdict, figures } = judge(freeze, attemptOf(times(within)));
    expect(figures.map(({ figure, error, tolerance }) => [figure, error, tolerance])).toEqual([
      ['p50', 1061, 1061],
      ['p90', 0, 1061],
      ['p99', -1124, 1124],
      ['p999', 1184, 1184],
    ]);
    expect(verdict).toBe('passed');
  });

  it.each([{ p50: 2062 }, { p50: 0 - 62 }, { p99: 91_000 + 1245 }, { p99: 91_000 - 1125 }, { p99: null }])(
    'fail where a valid run says %j',
    (wrong) => {
      const { verdict, figures } = judge(freeze, attemptOf(times({ ...truth, ...wrong })));
      expect(verdict).toBe('failed');
      expect(figures.filter(({ passed }) => !passed)).toHaveLength(1);
    },
  );

  it('prove nothing where requests later than most may have made them, which no percentile of the lateness excludes', () => {
    // The worst lateness is 30 + 60 + 90.
    const { verdict, figures, disturbances } = judge(freeze, attemptOf(times({ ...truth, p99: 91_000 + 1244 })));
    expect(verdict).toBe('disturbed');
    expect(figures.filter(({ passed }) => !passed)).toHaveLength(1);
    expect(disturbances).toEqual(['p99 of 92.2 ms: late by itself in so many requests']);
  });

  it('prove nothing where p99 is not within 3 ms in a run that is too late to tell it closer', () => {
    const told = (p99: number) => judge(freeze, attemptOf(times({ ...truth, p99 }), { receive: 2000 }));
    expect(told(94_000).verdict).toBe('passed');
    const { verdict, disturbances } = told(94_001);
    expect(verdict).toBe('disturbed');
    expect(disturbances).toEqual(['p99 of 94.0 ms is not within 3 ms: too late by itself to tell it closer']);
  });

  it('find out a generator that leaves out what it could not send in time', () => {
    const omitting = { p50: 1000, p90: 1000, p99: 1000, p999: 100_000 };
    expect(judge(freeze, attemptOf(times(omitting))).verdict).toBe('failed');
  });
});

describe('a run that the machine spoilt', () => {
  const late = { code: 'generator_lag_p50', message: 'the generator was late' };

  it('neither passes nor fails, and says why', () => {
    const invalid = attemptOf(times(truth), {}, { valid: false, invalidReasons: [late] });
    expect(judge(freeze, invalid)).toMatchObject({ verdict: 'disturbed', disturbances: ['the generator was late'] });
    const far = attemptOf(times({ ...truth, p99: 200_000 }), { server: 5001 });
    expect(judge(freeze, far)).toMatchObject({
      verdict: 'disturbed',
      disturbances: ['the server was late by its own account: p99 5.00 ms'],
    });
  });

  it('fails where the fault is ours', () => {
    const own = { code: 'accounting', message: 'planned requests and outcomes do not add up' };
    const broken = attemptOf(times(truth), {}, { valid: false, invalidReasons: [own] });
    expect(judge(freeze, broken).verdict).toBe('failed');
    const lateToo = attemptOf(times({ ...truth, p99: 91_000 + 1244 }), {}, { valid: false, invalidReasons: [own] });
    expect(judge(freeze, lateToo).verdict).toBe('failed');
  });

  it('a closed loop whose generator was the limit is one', () => {
    const attempt = attemptOf(times(truth), {}, { model: 'closed' });
    const generator = { ...attempt.result.generator, limitedBy: 'generator' as const };
    const { verdict } = judge(cases.closed('quick'), { ...attempt, result: { ...attempt.result, generator } });
    expect(verdict).toBe('disturbed');
  });
});

describe('counts', () => {
  const attempt = attemptOf(times({}));
  const { metrics } = attempt.result;
  const counted = (duplicate: number, changes = {}) => ({
    ...attempt,
    result: {
      ...attempt.result,
      ...changes,
      metrics: {
        ...metrics,
        outcomes: { ...metrics.outcomes, ok: 400 },
        correlation: { ...metrics.correlation, duplicate },
      },
    },
  });

  it('must be exact', () => {
    expect(judge(cases.duplicates('quick'), counted(20)).verdict).toBe('passed');
    expect(judge(cases.duplicates('quick'), counted(19)).verdict).toBe('failed');
    expect(judge(cases.duplicates('quick'), counted(21)).verdict).toBe('failed');
  });

  it('are right or wrong whatever the machine does, but a wrong one may be its fault', () => {
    const disturbed = { valid: false, invalidReasons: [{ code: 'steal', message: 'stolen' }] };
    expect(judge(cases.duplicates('quick'), counted(20, disturbed)).verdict).toBe('passed');
    expect(judge(cases.duplicates('quick'), counted(21, disturbed)).verdict).toBe('disturbed');
  });

  it.each(['accounting', 'littles_law'])(
    'do not pass in a run that broke %s, whatever else the machine did',
    (code) => {
      const invalidReasons = [
        { code: 'steal', message: 'stolen' },
        { code, message: 'a bug of mcpb' },
      ];
      expect(judge(cases.duplicates('quick'), counted(20, { valid: false, invalidReasons })).verdict).toBe('failed');
    },
  );
});

describe('losses', () => {
  const losses = cases.losses();
  const bounds = { max: '>=' } as const;
  const timeouts = times({ min: 400_010, mean: 425_123.4, max: 450_000 });
  const lost = (responseTime = {}, timeout: Partial<typeof timeouts> = {}, changes: Partial<RunResult> = {}) => {
    const attempt = attemptOf(times({ p50: 5100, max: 450_000, bounds, ...responseTime }), {}, changes);
    const { metrics } = attempt.result;
    const outcomes = { ...metrics.outcomes, ok: 380, timeout: 20 };
    const latencyByOutcome = { timeout: { ...timeouts, ...timeout } };
    const result = { ...attempt.result, metrics: { ...metrics, outcomes, latencyByOutcome } };
    return judge(losses, { ...attempt, result });
  };

  it('are right where a time-out took its time and is told as a bound, whatever the machine did', () => {
    expect(lost().verdict).toBe('passed');
    const invalidReasons = [{ code: 'steal', message: 'stolen' }];
    expect(lost({}, {}, { valid: false, invalidReasons })).toMatchObject({ verdict: 'passed', disturbances: [] });
    expect(lost({ p50: 9001 }, {}, { valid: false, invalidReasons }).verdict).toBe('disturbed');
  });

  it.each<[what: string, responseTime: object, timeout: object]>([
    ['one that was given up after ten times its time', { max: 4_010_000 }, { mean: 4_002_000, max: 4_010_000 }],
    ['one that was given up too soon', {}, { min: 399_999 }],
    ['one that was recorded with no age', { max: 5200 }, { min: 0, mean: 0, max: 0 }],
    ['a maximum that is no bound', { bounds: undefined }, {}],
    ['a median that is called a bound', { bounds: { p50: '>=', max: '>=' } }, {}],
    ['a median with time-outs in it', { p50: 400_000 }, {}],
    ['a median without the service', { p50: 400 }, {}],
  ])('fail with %s', (_, responseTime, timeout) => {
    expect(lost(responseTime, timeout).verdict).toBe('failed');
  });

  it('fail where no time of the time-outs is told', () => {
    expect(judge(losses, attemptOf(times({ p50: 5100, max: 450_000, bounds }))).verdict).toBe('failed');
  });
});

it('a closed loop must be labelled as one', () => {
  const closed = cases.closed('quick');
  const hidden = times({ p50: 1000, p90: 1000, p99: 1000, p999: 101_000 });
  const label = { code: 'closed_loop', message: 'closed loop: stalls of the target are hidden' };
  expect(judge(closed, attemptOf(hidden, {}, { warnings: [label] })).verdict).toBe('passed');
  expect(judge(closed, attemptOf(hidden, {}, { warnings: [] })).verdict).toBe('failed');
});
