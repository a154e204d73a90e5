import { expect, it } from 'vitest';
import { benchNames, parseOptions } from '../../bench/options.ts';

const parse = (...args: string[]) => parseOptions(args, () => {});

it('runs every bench by default, and by the name all', () => {
  expect(parse().benches).toEqual(benchNames);
  expect(parse('all').benches).toEqual(benchNames);
  expect(parse()).toMatchObject({ connections: [64], seconds: 5, rounds: 3, sessions: 5000, record: false });
});

it('reads what is given', () => {
  expect(parse('gateway', '--connections', '1,64,1k', '--seconds', '8', '--rounds', '5', '--record')).toMatchObject({
    benches: ['gateway'],
    connections: [1, 64, 1000],
    seconds: 8,
    rounds: 5,
    record: true,
  });
});

it.each([
  [['generator'], 'there is no bench "generator"'],
  [['--rounds', '0'], '--rounds: "0" is not a whole number above 0'],
  [['--connections', '1,x'], '--connections: "x" is not'],
  [['--seconds', '1.5'], '--seconds: "1.5" is not'],
  [['--fast'], "Unknown option '--fast'"],
  [['idle-memory', '--rounds', '5'], '--rounds has no effect on idle-memory'],
  [['gateway', '--sessions', '5'], '--sessions has no effect on gateway'],
])('refuses %j', (args, message) => {
  expect(() => parse(...args)).toThrow(message);
});
