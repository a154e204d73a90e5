import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { scenarioJsonSchema } from '../../src/scenario/json-schema.ts';

test('scenarios/scenario.schema.json is current (node scripts/scenario-schema.ts writes it)', () => {
  const stored = readFileSync(new URL('../../scenarios/scenario.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(stored)).toEqual(JSON.parse(JSON.stringify(scenarioJsonSchema())));
});
