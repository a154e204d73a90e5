import { Parser } from '@oclif/core';
import { expect, test } from 'vitest';
import { loadFlags, overridesFrom } from '../../src/commands/flags.ts';
import { flagNames } from '../../src/scenario/overrides.ts';

async function overrides(...argv: string[]) {
  const { flags } = await Parser.parse(argv, { flags: loadFlags, strict: false });
  return overridesFrom(flags);
}

test('only what was given is set', async () => {
  expect(await overrides()).toEqual({});
});

test('short names', async () => {
  expect(
    await overrides(
      '-t',
      'bundled',
      '-u',
      '5',
      '-d',
      '3s',
      '-n',
      '9',
      '-R',
      '5/s',
      '-p',
      '2',
      '-w',
      '3',
      '-s',
      '1s:2',
      '-s',
      '3s:4',
      '-H',
      'A: b',
      '-e',
      'K=v',
    ),
  ).toEqual({
    target: 'bundled',
    vus: '5',
    duration: '3s',
    requests: '9',
    rate: '5/s',
    inFlight: '2',
    workers: '3',
    stages: ['1s:2', '3s:4'],
    headers: ['A: b'],
    env: ['K=v'],
  });
});

test('every key has its flag, and a repeatable flag takes one value at a time', async () => {
  for (const [key, flag] of Object.entries(flagNames)) {
    const alone = key === 'insecure';
    const set = await overrides(flag, ...(alone ? [] : ['x']), 'rest');
    expect(Object.keys(set)).toEqual([key]);
    expect([set[key as keyof typeof set]].flat()).toEqual([alone ? 'true' : 'x']);
  }
});
