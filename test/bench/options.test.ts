import { expect, it } from 'vitest';
import { benchNames } from '../../bench/bench.ts';
import { parseOptions } from '../../bench/options.ts';

const parse = (...args: string[]) => parseOptions(args, () => {});

it('runs every bench by default, and by the name all', () => {
  expect(parse().benches).toEqual(benchNames);
  expect(parse('all').benches).toEqual(benchNames);
  expect(parse()).toMatchObject({ connections: undefined, seconds: undefined, rounds: 3, sessions: 18_000 });
  expect(parse()).toMatchObject({ record: false, resume: false, for: Number.POSITIVE_INFINITY });
});

it('reads what is given', () => {
  expect(parse('gateway', '--connections', '1,64,1k', '--seconds', '8', '--rounds', '5', '--record')).toMatchObject({
    benches: ['gateway'],
    connections: [1, 64, 1000],
    seconds: 8,
    rounds: 5,
    record: true,
  });
  expect(parse('gateway', '--resume', '--for', '90s')).toMatchObject({ resume: true, for: 90 });
});

it.each([
  [['generator'], 'there is no bench "generator"'],
  [['--rounds', '0'], '--rounds: "0" is not a whole number above 0'],
  [['--connections', '1,x'], '--connections: "x" is not'],
  [['--seconds', '1.5'], '--seconds: "1.5" is not'],
  [['--for', 'long'], '--for: "long" is not a duration'],
  [['--fast'], "Unknown option '--fast'"],
  [['idle-memory', '--rounds', '5'], '--rounds has no effect on idle-memory'],
  [['gateway', '--sessions', '5'], '--sessions has no effect on gateway'],
  [['stall', 'memory-flat', '--rounds', '5'], '--rounds has no effect on stall and memory-flat'],
])('refuses %j', (args, message) => {
  expect(() => parse(...args)).toThrow(message);
});
