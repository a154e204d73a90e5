import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineLinks, WaitingLine } from '../../src/loadgen/waiting-line.ts';

const capacity = 16;
const step = fc.record({
  what: fc.constantFrom('join', 'join', 'send', 'leave', 'take all'),
  line: fc.nat(1),
  slot: fc.nat(capacity - 1),
});

/** Two lines over the same links, beside two plain arrays. */
function walk(steps: readonly { what: string; line: number; slot: number }[]): void {
  const links = lineLinks(capacity);
  const lines = [new WaitingLine(links), new WaitingLine(links)];
  const models: number[][] = [[], []];
  for (const { what, line, slot } of steps) {
    const waits = models[line].indexOf(slot);
    if (what === 'join' && !models.flat().includes(slot)) {
      lines[line].join(slot);
      models[line].push(slot);
    } else if (what === 'send' && models[line].length > 0) lines[line].leave(models[line].shift()!);
    else if (what === 'leave' && (waits >= 0 || !models.flat().includes(slot))) {
      lines[line].leave(slot);
      if (waits >= 0) models[line].splice(waits, 1);
    } else if (what === 'take all') expect(lines[line].takeAll()).toEqual(models[line].splice(0));
    expect(lines.map(({ length }) => length)).toEqual(models.map(({ length }) => length));
    expect(lines.map(({ first }) => first)).toEqual(models.map(([first = -1]) => first));
  }
  expect(lines.map((one) => one.takeAll())).toEqual(models);
}

/** How many links each step reads and writes beside so many that wait. */
function costs(waiting: number): Record<string, number> {
  let touched = 0;
  const counted = (array: Int32Array) =>
    new Proxy(array, {
      get: (links, slot) => {
        touched++;
        return Reflect.get(links, slot);
      },
      set: (links, slot, value) => {
        touched++;
        return Reflect.set(links, slot, value);
      },
    });
  const { behind, before } = lineLinks(waiting + 1);
  const line = new WaitingLine({ behind: counted(behind), before: counted(before) });
  for (let slot = 0; slot < waiting; slot++) line.join(slot);
  const cost = (step: (slot: number) => void, slot: number) => {
    const from = touched;
    step(slot);
    return touched - from;
  };
  const leave = (slot: number) => line.leave(slot);
  return {
    join: cost((slot) => line.join(slot), waiting),
    first: cost(leave, line.first),
    midst: cost(leave, waiting >> 1),
    last: cost(leave, waiting),
    again: cost(leave, waiting),
  };
}

describe('WaitingLine', () => {
  it('agrees with an array for each line', () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 200 }), walk), { numRuns: 300 });
  });

  it('costs the same however many wait', () => {
    expect(costs(5).join).toBeGreaterThan(0);
    expect(costs(50_000)).toEqual(costs(5));
  });
});
