import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { metrics } from '../../src/scenario/threshold-metrics.ts';
import { planFiles } from './planning.ts';

const page = readFileSync(new URL('../../docs/scenarios.md', import.meta.url), 'utf8');

test('every scenario shown in docs/scenarios.md plans', () => {
  const shown = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text);
  const [, users] = /```csv\n([\s\S]*?)```/.exec(page) ?? [];
  expect(shown).toHaveLength(6);
  for (const text of shown)
    expect(planFiles({ 'x.yaml': text, 'users.csv': users }).scenarios[0].operations.length).toBeGreaterThan(0);
});

test('every threshold metric is described', () => {
  for (const name of metrics.keys()) expect(page).toContain(`\`${name}\``);
});
