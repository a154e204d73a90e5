import { beforeEach, describe, expect, it } from 'vitest';
import { Endings } from '../../src/loadgen/endings.ts';
import type { ExchangeOwner } from '../../src/loadgen/exchanges.ts';

describe('Endings', () => {
  let told: [string, boolean, number][];
  let endings: Endings;

  beforeEach(() => {
    told = [];
    endings = new Endings(2);
  });

  const owner = (name: string, then: () => void = () => undefined): ExchangeOwner => ({
    ended: (ok, now) => {
      told.push([name, ok, now]);
      then();
    },
    number: 0,
    step: 0,
    capture: () => undefined,
    captured: () => undefined,
  });

  it('tells at once where nothing is taken up', () => {
    endings.tell(owner('a'), true, 1);
    expect(told).toEqual([['a', true, 1]]);
  });

  it('tells others behind what is taken up, in order, each with its own instant', () => {
    endings.open();
    endings.tell(owner('a'), true, 1);
    endings.tell(owner('b'), false, 2);
    expect(told).toEqual([]);
    endings.close();
    expect(told).toEqual([
      ['a', true, 1],
      ['b', false, 2],
    ]);
  });

  it('keeps more than there usually are', () => {
    endings.open();
    for (const [index, name] of ['a', 'b', 'c'].entries()) endings.tell(owner(name), true, index);
    expect(told).toEqual([]);
    endings.close();
    expect(told).toEqual(['a', 'b', 'c'].map((name, index) => [name, true, index]));
  });

  it('tells each once, also who is answered by what another one did', () => {
    endings.open();
    endings.tell(
      owner('a', () => endings.tell(owner('b'), false, 2)),
      true,
      1,
    );
    endings.close();
    endings.open();
    endings.close();
    expect(told.map(([name]) => name)).toEqual(['a', 'b']);
  });
});
