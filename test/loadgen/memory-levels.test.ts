import { describe, expect, it } from 'vitest';
import { bytesPerConnection, bytesPerSession, memoryLevels } from '../../src/loadgen/memory-levels.ts';
import type { LevelRow } from '../../src/loadgen/run-record.ts';
import { planText } from '../scenario/planning.ts';

const base = 50_000_000;

/** One second of a run whose target uses 4,000 bytes a connection and 30 a session that has ended. */
function second(sequence: number, connections: number, changes: Partial<LevelRow> = {}): LevelRow {
  const idle = { planned: 0, sent: 0, completed: 0, ok: 0, errors: 0, vus: 0, inFlight: 0, inFlightMillis: 0 };
  return {
    ...idle,
    ...{ sequence, seconds: sequence + 1, eventLoopUtilization: 0, cpuMicros: 0 },
    ...{ connections, opened: 0, targetRss: base + 4000 * connections },
    ...{ late: false, responseP50: null, steal: null },
    ...{ cpuWaitMillis: null, stallMillis: 0, longestStallMillis: 0, longestStallAt: 0, silenceMillis: 0 },
    ...changes,
  };
}

const ladder = () =>
  planText(`scenarios:
  idle:
    executor: ramping-vus
    startVUs: 0
    stages: [${[10, 20, 30, 40].flatMap((level) => [`{ duration: 4s, target: ${level}00 }`, `{ duration: 6s, target: ${level}00 }`]).join(', ')}]
    steps: [connect, { call: ping }, { hold: 1h }, close]
  probe: { executor: constant-arrival-rate, rate: 10, duration: 40s, warmup: 0s, steps: [{ call: ping }] }`);

/** Connections climb within 4 s and stay for 6. */
const climbing = Array.from({ length: 40 }, (_, i) =>
  second(i, 1000 * (Math.floor(i / 10) + Math.min(1, ((i % 10) + 1) / 4))),
);

describe('memoryLevels', () => {
  it('reads every plateau of the ladder when it has settled', () => {
    expect(memoryLevels(ladder(), climbing)).toEqual(
      [1000, 2000, 3000, 4000].map((connections) => ({ connections, rssBytes: base + 4000 * connections })),
    );
  });

  it('has the median of a plateau, whatever a collection of garbage did to one second of it', () => {
    const disturbed = climbing.with(18, second(18, 2000, { targetRss: 1 }));
    expect(memoryLevels(ladder(), disturbed)[1]).toEqual({ connections: 2000, rssBytes: base + 8_000_000 });
  });

  it('is empty where nothing is known of the target, and where no ramp stands still', () => {
    expect(
      memoryLevels(
        ladder(),
        climbing.map((row) => ({ ...row, targetRss: null })),
      ),
    ).toEqual([]);
    expect(memoryLevels(planText('vus: 5\nsteps: [{ call: ping }]'), climbing)).toEqual([]);
  });
});

describe('bytesPerConnection', () => {
  it('is the slope over the levels, which what was there before does not change', () => {
    expect(bytesPerConnection(memoryLevels(ladder(), climbing))).toBeCloseTo(4000, 6);
  });

  it('needs four levels', () => {
    expect(bytesPerConnection(memoryLevels(ladder(), climbing).slice(1))).toBeNull();
    expect(bytesPerConnection([1, 1, 1, 1].map((connections) => ({ connections, rssBytes: 5 })))).toBeNull();
  });
});

describe('bytesPerSession', () => {
  const soak = () =>
    planText('executor: session-arrival\nsessions: { rate: 100 }\nduration: 30s\nsteps: [{ call: ping }]');
  const window = { from: 5, to: 30 };
  const coming = (each: number) =>
    Array.from({ length: 35 }, (_, i) => second(i, 10, { opened: 100, targetRss: base + each * 100 * (i + 1) }));

  it('is what the memory grows by for every session opened', () => {
    expect(bytesPerSession(soak(), coming(30), window)).toBeCloseTo(30, 6);
    expect(bytesPerSession(soak(), coming(0), window)).toBeCloseTo(0, 6);
  });

  it('leaves out what came before the measured window', () => {
    const warming = coming(30).map((row, i) => (i < 5 ? { ...row, targetRss: 1 } : row));
    expect(bytesPerSession(soak(), warming, window)).toBeCloseTo(30, 6);
  });

  it('needs a thousand sessions, and sessions at all', () => {
    expect(
      bytesPerSession(
        soak(),
        coming(30).map((row) => ({ ...row, opened: 20 })),
        window,
      ),
    ).toBeNull();
    expect(bytesPerSession(ladder(), coming(30), window)).toBeNull();
  });
});
