import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { metrics } from '../../src/scenario/threshold-metrics.ts';
import { planFiles } from './planning.ts';

const read = (name: string) => readFileSync(new URL(`../../docs/${name}`, import.meta.url), 'utf8');
const page = read('scenarios.md');
const templates = read('templates.md');

test('every scenario shown in docs/scenarios.md and docs/templates.md plans', () => {
  const shown = [...`${page}${templates}`.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text);
  const [, users] = /```csv\n([\s\S]*?)```/.exec(templates) ?? [];
  expect(shown).toHaveLength(6);
  for (const text of shown)
    expect(planFiles({ 'x.yaml': text, 'users.csv': users }).scenarios[0].operations.length).toBeGreaterThan(0);
});

test('every threshold metric is described', () => {
  for (const name of metrics.keys()) expect(page).toContain(`\`${name}\``);
});
