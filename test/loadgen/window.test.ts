import { describe, expect, it } from 'vitest';
import { planWindow } from '../../src/loadgen/window.ts';
import { planOf } from '../support/engine.ts';

function scenario(startTime: number, warmup: number, stages: readonly number[], cooldown: number) {
  const [base] = planOf({ target: 'ws://127.0.0.1:1/mcp' }).scenarios;
  return {
    ...base,
    startTime,
    phases: { warmup, measure: 0, cooldown },
    executor: { ...base.executor, stages: stages.map((seconds) => ({ name: '', seconds, from: 1, to: 1 })) },
  };
}

describe('planWindow', () => {
  it('is the measure phase, between warm-up and cool-down', () => {
    expect(planWindow({ scenarios: [scenario(0, 3, [10, 20], 1)] })).toEqual({ from: 3, to: 33, end: 34 });
    expect(planWindow({ scenarios: [scenario(5, 0, [10], 0)] })).toEqual({ from: 5, to: 15, end: 15 });
  });

  it('reaches from the first scenario that is measured to the last, and to the end of the last load', () => {
    const scenarios = [scenario(0, 3, [10], 30), scenario(2, 0, [5, 10], 1)];
    expect(planWindow({ scenarios })).toEqual({ from: 2, to: 17, end: 43 });
  });
});
