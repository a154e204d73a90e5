import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readDeclared } from '../../src/scenario/declared.ts';
import { scratch } from '../support/scratch.ts';
import { mistake } from './planning.ts';

const declared = (text: string, env = {}) => readDeclared(join(scratch({ 'x.yaml': text }), 'x.yaml'), env);

test('is kept as it stands', () => {
  const text = `infrastructure: { provider: AWS, region: \${REGION} }
gateway:
  cpu: 8 vCPU
  ports: [8080, 8081]
`;
  expect(declared(text, { REGION: 'us-east-1' })).toEqual({
    infrastructure: { provider: 'AWS', region: 'us-east-1' },
    gateway: { cpu: '8 vCPU', ports: [8080, 8081] },
  });
});

test.each([
  ['no keys', '- a\n', /x\.yaml:1:1 /],
  ['nothing', '', /x\.yaml:1:1 /],
  ['what is no YAML', 'a: [1\n', /x\.yaml:2:1 /],
])('a file with %s is refused', (_, text, message) => {
  expect(mistake(() => declared(text))).toMatchObject({
    code: 'MCPB_E_CONFIG',
    message: expect.stringMatching(message),
    hint: expect.stringContaining('keys and values'),
  });
});

test('a file that is not there is refused', () => {
  const path = join(scratch(), 'none.yaml');
  expect(mistake(() => readDeclared(path, {}))).toMatchObject({
    code: 'MCPB_E_FILE',
    message: `cannot read ${path}: ENOENT`,
  });
});
