import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { thinkMillis } from '../../src/loadgen/think.ts';
import type { ThinkTime } from '../../src/scenario/plan.ts';
import { barePlan } from '../contracts/executor.ts';
import { outcomesOf, runHere } from '../support/engine.ts';
import { serve } from '../support/servers/serve.ts';
import { answerAfter } from '../support/servers/server.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

const many = (time: ThinkTime) =>
  Array.from({ length: 20_000 }, (_, n) => thinkMillis(time, 7, n, 1)).sort((a, b) => a - b);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('thinkMillis', () => {
  it('is a fixed time as it stands', () => {
    expect(thinkMillis(150, 1, 2, 3)).toBe(150);
  });

  it('has the mean, the median and the tail of an exponential distribution', () => {
    const values = many({ exponential: 200 });
    expect(mean(values)).toBeGreaterThan(194);
    expect(mean(values)).toBeLessThan(206);
    expect(values[10_000] / (200 * Math.LN2)).toBeCloseTo(1, 1);
    expect(values[19_800] / (200 * Math.log(100))).toBeCloseTo(1, 1);
    expect(values[0]).toBeGreaterThanOrEqual(0);
  });

  it('is spread evenly between two bounds', () => {
    const values = many({ uniform: [50, 150] });
    expect(values[0]).toBeGreaterThanOrEqual(50);
    expect(values.at(-1)).toBeLessThanOrEqual(150);
    for (const [i, decile] of [60, 70, 80, 90, 100, 110, 120, 130, 140].entries())
      expect(Math.abs(values[(i + 1) * 2000] - decile)).toBeLessThan(2);
  });

  it('depends on seed, iteration and step alone', () => {
    const any = fc.tuple(fc.nat(), fc.nat({ max: 2 ** 45 }), fc.nat({ max: 100 }));
    fc.assert(
      fc.property(any, ([seed, iteration, step]) => {
        const time = { exponential: 10 };
        expect(thinkMillis(time, seed, iteration, step)).toBe(thinkMillis(time, seed, iteration, step));
        expect(thinkMillis(time, seed, iteration, step)).not.toBe(thinkMillis(time, seed, iteration + 1, step));
        expect(thinkMillis(time, seed, iteration, step)).not.toBe(thinkMillis(time, seed, iteration, step + 1));
      }),
      { seed: 1 },
    );
  });
});

it('a virtual user pauses for the time drawn for its step', async () => {
  const at: number[] = [];
  const server = await serve(startWebSocketServer, {
    answer: (exchange) => {
      at.push(performance.now());
      answerAfter(0)(exchange);
    },
  });
  const time = { uniform: [5, 60] } as const;
  const plan = barePlan({ target: server.url, vus: '1', requests: '1' });
  const [call] = plan.scenarios[0].steps;
  const think = { type: 'think' as const, milliseconds: time };
  const steps = [call, ...Array.from({ length: 8 }, () => [think, call]).flat()];
  const metrics = await runHere({ ...plan, scenarios: plan.scenarios.map((scenario) => ({ ...scenario, steps })) });
  expect(outcomesOf(metrics)).toEqual({ ok: 9 });
  for (let i = 1; i < at.length; i++)
    expect(at[i] - at[i - 1]).toBeGreaterThanOrEqual(thinkMillis(time, plan.seed, 0, 2 * i - 1) - 1);
});
