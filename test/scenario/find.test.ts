import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bundledNames } from '../../src/scenario/bundled.ts';
import { classifyArgument, locateScenario } from '../../src/scenario/find.ts';
import { folder, mistake, plan } from './planning.ts';

test('a word is a bundled name, a file, a method, or nothing known', () => {
  const cwd = folder({ 'mine.yaml': 'steps: []' });
  mkdirSync(join(cwd, 'somewhere'));
  expect(classifyArgument('smoke', cwd)).toBe('scenario');
  expect(classifyArgument('mine.yaml', cwd)).toBe('scenario');
  expect(classifyArgument(join(cwd, 'mine.yaml'), '/')).toBe('scenario');
  expect(classifyArgument('tools/call', cwd)).toBe('operation');
  expect(classifyArgument('somewhere', cwd)).toBeUndefined();
  expect(classifyArgument('smokee', cwd)).toBeUndefined();
});

test('finds files from the working folder', () => {
  const cwd = folder({ 'mine.yaml': '' });
  expect(locateScenario('./mine.yaml', cwd)).toBe(join(cwd, 'mine.yaml'));
});

test('an unknown scenario: exit 104, what was meant, what there is', () => {
  const error = mistake(() => plan({ scenario: 'ramp5k' }));
  expect(error).toMatchObject({ code: 'MCPB_E_SCENARIO_NOT_FOUND', exitCode: 104 });
  expect(error.message).toBe('there is no scenario "ramp5k" — did you mean "ramp-5k"?');
  expect(error.hint).toContain(bundledNames.join(', '));
});
