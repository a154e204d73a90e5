import { expect, it } from 'vitest';
import { styleFor } from '../../src/report/style.ts';

const terminal = { isTTY: true };
const pipe = {};

it.each([
  ['a terminal', terminal, {}, undefined, true],
  ['a pipe', pipe, {}, undefined, false],
  ['a dumb terminal', terminal, { TERM: 'dumb' }, undefined, false],
  ['NO_COLOR on a terminal', terminal, { NO_COLOR: '1' }, undefined, false],
  ['an empty NO_COLOR', terminal, { NO_COLOR: '' }, undefined, true],
  ['FORCE_COLOR on a pipe', pipe, { FORCE_COLOR: '1' }, undefined, true],
  ['FORCE_COLOR=0 on a terminal', terminal, { FORCE_COLOR: '0' }, undefined, false],
  ['NO_COLOR against FORCE_COLOR', terminal, { NO_COLOR: '1', FORCE_COLOR: '1' }, undefined, false],
  ['the flag against NO_COLOR', pipe, { NO_COLOR: '1' }, true, true],
  ['the flag against a terminal', terminal, { FORCE_COLOR: '1' }, false, false],
])('%s', (_, stream, env, flag, coloured) => {
  expect(styleFor(stream, env, flag).bad('x') !== 'x').toBe(coloured);
});
