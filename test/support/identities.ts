import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { RunResult } from '../../src/results/result.ts';

/** Planned = Σ outcomes, and Little's law, which can be told of every run without a time beyond one hour. */
const identities = ['accounting', 'littles_law'];

/** What must hold of a run whatever machine and target did. */
export function expectIdentities({ certificate }: Pick<RunResult, 'certificate'>): void {
  const found = certificate.filter(({ rule }) => identities.includes(rule));
  expect(
    found.map(({ rule, verdict }) => [rule, verdict]),
    found.map(({ rule, value }) => `${rule} ${value}`).join(', '),
  ).toEqual(identities.map((rule) => [rule, 'pass']));
}

/** The results that a `load` in a folder of its own left, and what it printed under `--json`. */
export function loadResults(cwd: string, stdout: string): RunResult[] {
  const folder = join(cwd, '.mcpb/results');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  const texts = names.map((name) => readFileSync(join(folder, name), 'utf8'));
  if (stdout.startsWith('{')) texts.push(stdout);
  return texts.map((text) => JSON.parse(text)).filter(({ schema }) => schema === 'mcpb.result/1');
}
