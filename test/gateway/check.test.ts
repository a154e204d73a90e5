import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { jwtVerify } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';

const program = fileURLToPath(new URL('../../bin/dev.js', import.meta.url));
const secret = '0123456789abcdef0123456789abcdef';
const run = (...args: string[]) => {
  const env = { ...process.env, MCPB_TEST_SECRET: secret };
  return spawnSync(process.execPath, [program, 'gateway', ...args], { encoding: 'utf8', env });
};

describe('gateway check', () => {
  const folder = mkdtempSync(join(tmpdir(), 'mcpb-check-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const check = (text: string, ...args: string[]) => {
    const file = join(folder, 'gateway.yaml');
    writeFileSync(file, text);
    return run('check', '--config', file, ...args);
  };

  it('shows what a file comes to, and on stderr what has no effect', () => {
    const { status, stdout, stderr } = check(`auth: { bearer: "\${MCPB_TEST_SECRET}" }\nruntime: { gogc: 100 }\n`);
    expect(status).toBe(0);
    expect(stdout).toContain('max_connections: 50000');
    expect(stdout + stderr).not.toContain(secret);
    expect(stderr).toMatch(/gateway\.yaml:2:12 runtime\.gogc has no effect: V8 has no such target\n$/);
  });

  it('exits 104 with every fault of a file', () => {
    const { status, stdout } = check('performance: { worker_treads: 2 }\nbackend: nothing\n', '--json');
    expect(status).toBe(104);
    const { error } = JSON.parse(stdout);
    expect(error.code).toBe('MCPB_E_CONFIG');
    expect(error.message).toMatch(
      /yaml:1:16 unknown key "worker_treads" — did you mean "worker_threads"\?\n.*yaml:2:10 /,
    );
  });

  it('exits 2 where there is no file', () => {
    expect(run('check', '--config', join(folder, 'none.yaml'))).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('MCPB_E_FILE'),
    });
  });
});

describe('gateway token', () => {
  const token = (...args: string[]) => {
    const own = args.includes('--secret-env') ? [] : ['--secret-env', 'MCPB_TEST_SECRET'];
    return run('token', ...own, ...args);
  };

  it('prints a token that says what was asked for', async () => {
    const { status, stdout } = token('--subject', 'ada', '--expires', '10m', '--claim', 'roles=["admin"]');
    expect(status).toBe(0);
    const { payload, protectedHeader } = await jwtVerify(stdout.trim(), Buffer.from(secret), {
      algorithms: ['HS256'],
      issuer: 'mcpb',
      audience: 'mcp-gateway',
    });
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' });
    expect(payload).toMatchObject({ sub: 'ada', roles: ['admin'] });
    expect(Number(payload.exp) - Number(payload.iat)).toBe(600);
  });

  it.each([
    [['--claim', 'roles'], /"roles" is not KEY=JSON/],
    [['--claim', 'sub="eve"'], /"sub" has a flag of its own/],
    [['--claim', 'name=ada'], /the value of "name" is not JSON/],
    [['--secret-env', 'MCPB_TEST_NO_SUCH'], /--secret-env: MCPB_TEST_NO_SUCH is not set/],
  ])('refuses %j', (args, message) => {
    const { status, stderr } = token(...args);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});
