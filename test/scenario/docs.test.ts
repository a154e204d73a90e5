import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { metrics } from '../../src/scenario/threshold-metrics.ts';
import { planText } from './planning.ts';

const page = readFileSync(new URL('../../docs/scenarios.md', import.meta.url), 'utf8');

test('every scenario shown in docs/scenarios.md plans', () => {
  const shown = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => text);
  expect(shown).toHaveLength(3);
  for (const text of shown) expect(planText(text).scenarios[0].operations.length).toBeGreaterThan(0);
});

test('every threshold metric is described', () => {
  for (const name of metrics.keys()) expect(page).toContain(`\`${name}\``);
});
