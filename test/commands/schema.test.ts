import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { mcpb, root } from '../support/cli.ts';

test.each([
  [[], 'scenarios/scenario.schema.json'],
  [['config'], 'schemas/config.schema.json'],
  [['gateway'], 'schemas/gateway.schema.json'],
  [['result', '--json'], 'schemas/result.schema.json'],
])('mcpb schema %j prints the schema that the package has as %s', async (args, file) => {
  const { code, stdout, stderr } = await mcpb(['schema', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toEqual(JSON.parse(readFileSync(root + file, 'utf8')));
});

test('of another document there is none', async () => {
  const { code, stderr } = await mcpb(['schema', 'baseline']);
  expect(code).toBe(2);
  expect(stderr).toContain('scenario, config, gateway, result');
});
