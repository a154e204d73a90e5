import { describe, expect, it } from 'vitest';
import { disturbances } from '../../src/loadgen/evidence.ts';
import { RunRecord } from '../../src/loadgen/run-record.ts';
import type { WorkerInterval } from '../../src/metrics/interval.ts';
import { Recorder } from '../../src/metrics/recorder.ts';
import { seriesLayout } from '../../src/metrics/series.ts';
import type { Plan } from '../../src/scenario/plan.ts';
import { planText } from '../scenario/planning.ts';
import { intervalOf } from '../support/measured.ts';

const noGc = { count: 0, totalMicros: 0, maxMicros: 0 };
const constant = (rest = '') =>
  planText(`executor: constant-vus\nvus: 4\nwarmup: 3s\nduration: 6s\n${rest}\nsteps: [{ call: ping }]`);

interface Part extends Partial<WorkerInterval> {
  readonly stall?: number;
  readonly silence?: number;
}

/** What a run of this plan leaves behind, of which only the given intervals say something. */
function evidence(plan: Plan, parts: readonly Part[], onLoopback = true, gc = noGc) {
  const record = new RunRecord(plan, undefined);
  record.close();
  for (let sequence = 0; sequence < 10; sequence++)
    for (let worker = 0; worker < plan.workers; worker++) {
      const part = parts.filter((one) => one.sequence === sequence)[worker] ?? {};
      const { stall = 0, silence = 0, ...changes } = part;
      const recorder = new Recorder(seriesLayout(plan));
      recorder.counters.stallMillis = stall;
      recorder.counters.longestStallMillis = stall;
      recorder.counters.silenceMillis = silence;
      record.add(intervalOf(recorder.swap(), { sequence, to: 1000 * (sequence + 1), ...changes }));
    }
  return disturbances(plan, record, gc, onLoopback);
}

describe('a suspension', () => {
  const suspension = (...parts: readonly Part[]) => evidence(constant(), parts).suspension;

  it('counts where it reaches into the 6 s that are measured after the warm-up of 3', () => {
    const into = { sequence: 2, stall: 300, longestStallAt: 2800 };
    expect(suspension(into)).toMatchObject({ longestMillis: 300, atSecond: 2.8 });
    expect(suspension({ sequence: 8, stall: 300, longestStallAt: 8950 })).toMatchObject({ longestMillis: 300 });
  });

  it('does not where it is over before, or begins after them', () => {
    expect(suspension({ sequence: 2, stall: 300, longestStallAt: 2600 }).longestMillis).toBe(0);
    expect(suspension({ sequence: 9, stall: 300, longestStallAt: 9000 }).longestMillis).toBe(0);
  });

  it('is the longest of all, and a share of what the workers had', () => {
    const found = suspension(
      { sequence: 4, stall: 60, longestStallAt: 4100 },
      { sequence: 6, stall: 120, longestStallAt: 6500 },
      { sequence: 7, stall: 90, longestStallAt: 7000 },
    );
    expect(found).toEqual({ longestMillis: 120, atSecond: 6.5, share: 0.27 / 6 });
  });
});

describe('silence', () => {
  const silence = (workers: number, ...parts: readonly Part[]) => evidence({ ...constant(), workers }, parts).silence;

  it('is that of the measured time and of what came after it', () => {
    expect(silence(1, { sequence: 1, silence: 900 }, { sequence: 5, silence: 300 }).longestMillis).toBe(300);
    expect(silence(1, { sequence: 9, silence: 700 }).longestMillis).toBe(700);
  });

  it('goes on to the end where no worker was answered any more', () => {
    const silent = { sequence: 9, silentForMillis: 2000 };
    expect(silence(1, silent).atEnd).toBe(true);
    expect(silence(2, silent).atEnd).toBe(false);
    expect(silence(2, silent, silent).atEnd).toBe(true);
  });
});

describe('what a plan tells', () => {
  const open = (rate: number, rest = '') =>
    planText(`executor: constant-arrival-rate\nrate: ${rate}\nduration: 6s\n${rest}\nsteps: [{ call: ping }]`);

  it('is whether workers poll', () => {
    const polls = (plan: Plan) => evidence(plan, []).polls;
    expect([open(4999), open(5000), constant()].map(polls)).toEqual([false, true, false]);
    expect(polls({ ...open(5000), workers: 2 })).toBe(false);
    expect(polls({ ...open(1), pacing: 'spin' })).toBe(true);
    // Nobody polls for virtual users.
    expect(polls({ ...constant(), pacing: 'spin' })).toBe(false);
  });

  it('is whether the load stays the same', () => {
    const isSteady = (plan: Plan) => evidence(plan, []).steadyLoad;
    expect([constant(), open(10)].map(isSteady)).toEqual([true, true]);
    const ramp = planText('executor: ramping-vus\nstages: [{ duration: 6s, target: 9 }]\nsteps: [{ call: ping }]');
    const counted = planText('executor: shared-iterations\nvus: 2\niterations: 9\nsteps: [{ call: ping }]');
    expect([ramp, counted].map(isSteady)).toEqual([false, false]);
  });
});

it('garbage collection is a share of the time of all workers', () => {
  const collected = { count: 2, totalMicros: 1_000_000, maxMicros: 7000 };
  expect(evidence({ ...constant(), workers: 2 }, [], true, collected).gc).toEqual({ share: 0.05, longestMicros: 7000 });
});

it('waiting for a core is that of the measured time, and not known where one worker does not know it', () => {
  const waits = (workers: number, ...parts: readonly Part[]) => evidence({ ...constant(), workers }, parts).cpuWait;
  expect(waits(1, { sequence: 1, cpuWaitMillis: 900 }, { sequence: 5, cpuWaitMillis: 600 })).toBeCloseTo(0.1, 12);
  expect(waits(2, { sequence: 5, cpuWaitMillis: 600 })).toBeCloseTo(0.05, 12);
  expect(waits(2, { sequence: 5, cpuWaitMillis: null })).toBeNull();
});

it('cores are shared with a target on this machine only', () => {
  expect(evidence(constant(), [], false).coresBusy).toBeNull();
});
