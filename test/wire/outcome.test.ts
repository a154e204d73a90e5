import { describe, expect, it } from 'vitest';
import { isCensored, Outcome, outcomeClasses } from '../../src/wire/outcome.ts';

describe('outcome classes', () => {
  it('are numbered in the order of their names', () => {
    const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    expect(Object.entries(Outcome).map(([name, number]) => [snake(name), number])).toEqual(
      [...outcomeClasses.entries()].map(([i, name]) => [name, i]),
    );
  });

  it('are censored where no reply ever came, refusals not among them', () => {
    const censored = outcomeClasses.filter((_, number) => isCensored(number as Outcome));
    expect(censored).toEqual(['timeout', 'connection_lost', 'dropped', 'unanswered']);
  });
});
