import { describe, expect, test } from 'vitest';
import { failureDocument, failureOf, failureText } from '../../src/commands/failure.ts';
import { McpbError } from '../../src/errors.ts';

describe('a mistake of the user', () => {
  const failure = failureOf(
    new McpbError('MCPB_E_FILE', 'a.json cannot be read', { hint: 'look for it' }),
    'mcpb --help',
  );

  test('keeps its code, hint and exit code', () => {
    expect(failure).toEqual({
      code: 'MCPB_E_FILE',
      message: 'a.json cannot be read',
      hint: 'look for it',
      exitCode: 2,
    });
  });

  test('is three lines', () => {
    expect(failureText(failure, {})).toBe('Error: a.json cannot be read\nCode: MCPB_E_FILE\nTry: look for it\n');
  });

  test('without a hint tries nothing', () => {
    const text = failureText(failureOf(new McpbError('MCPB_E_FILE', 'gone'), 'mcpb --help'), {});
    expect(text).toBe('Error: gone\nCode: MCPB_E_FILE\n');
  });

  test('is one document under --json', () => {
    expect(JSON.parse(failureDocument(failure))).toEqual({ error: failure });
  });
});

describe('a bug', () => {
  const failure = failureOf(new TypeError('x is undefined'), 'mcpb --help');

  test('is exit 1 and says that it is one', () => {
    expect(failure).toMatchObject({
      code: 'MCPB_E_INTERNAL',
      exitCode: 1,
      message: 'this is a bug in mcpb: x is undefined',
    });
  });

  test('shows its stack only on request', () => {
    expect(failureText(failure, {})).not.toContain('failure.test.ts');
    expect(failureText(failure, { MCPB_DEBUG: '1' })).toContain('failure.test.ts');
    expect(failureText(failure, { DEBUG: '*' })).toContain('failure.test.ts');
    expect(failureDocument(failure)).not.toContain('failure.test.ts');
  });

  test('may be something that is no Error', () => {
    expect(failureOf('thrown text', 'mcpb --help')).toMatchObject({
      exitCode: 1,
      message: 'this is a bug in mcpb: thrown text',
    });
  });
});
