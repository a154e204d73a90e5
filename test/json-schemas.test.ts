import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { jsonSchemas } from '../src/json-schemas.ts';
import { root } from './support/cli.ts';
import { validatorOf } from './support/json-schema.ts';

test.each(Object.values(jsonSchemas))('$file is current (node scripts/schemas.ts writes it)', ({ file, make }) => {
  expect(JSON.parse(readFileSync(root + file, 'utf8'))).toEqual(JSON.parse(JSON.stringify(make())));
});

test('mcpb.config.yaml as the documents show it has the schema of the configuration', () => {
  const faults = validatorOf(jsonSchemas.config.make());
  expect(faults(parse(`vus: 50\nstages: ['30s:100']\nheaders: { A: b }\ninsecure: true\nrate: 500/s`))).toBeUndefined();
  expect(faults({ vsu: 50 })).toContain('additional properties');
  expect(faults({ stages: '30s:100' })).toContain('/stages');
});
