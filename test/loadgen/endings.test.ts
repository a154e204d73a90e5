import { setImmediate as nextTurn } from 'node:timers/promises';
import { beforeEach, describe, expect, it } from 'vitest';
import { Endings } from '../../src/loadgen/endings.ts';
import type { ExchangeOwner } from '../../src/loadgen/exchanges.ts';
import { collectGarbage } from '../../src/loadgen/garbage.ts';

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

  it('tells the others all the same where one throws, and the next as ever', () => {
    const fails = () => {
      throw new Error('a fault of ours');
    };
    endings.open();
    for (const name of ['a', 'b', 'c']) endings.tell(owner(name, name === 'b' ? fails : undefined), true, 1);
    expect(() => endings.close()).toThrow('a fault of ours');
    expect(told.map(([name]) => name)).toEqual(['a', 'b', 'c']);
    endings.tell(owner('d'), true, 2);
    expect(told.at(-1)).toEqual(['d', true, 2]);
  });

  it('keeps nobody who was told', async () => {
    const told = (() => {
      const all = ['a', 'b', 'c'].map((name) => owner(name));
      endings.open();
      for (const one of all) endings.tell(one, true, 1);
      endings.close();
      return all.map((one) => new WeakRef(one));
    })();
    await nextTurn();
    collectGarbage();
    expect(told.map((one) => one.deref())).toEqual([undefined, undefined, undefined]);
  });
});
