import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ExitCode } from '../../src/errors.ts';
import { mcpb, root } from '../support/cli.ts';
import { scratch } from '../support/scratch.ts';

/** The official example server over Streamable HTTP; resolves to its URL when it listens. */
async function everything(): Promise<string> {
  const port = await freePort();
  const server = spawn(process.execPath, [`${root}node_modules/.bin/mcp-server-everything`, 'streamableHttp'], {
    env: { PORT: String(port), PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  onTestFinished(() => void server.kill('SIGKILL'));
  for await (const chunk of server.stderr) if (String(chunk).includes(String(port))) break;
  return `http://127.0.0.1:${port}/mcp`;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

test('a server that is not ours takes the load', async () => {
  const url = await everything();
  const call = ['tools/call', 'echo', '{"message":"hi"}'];
  const { code, stdout, stderr } = await mcpb(['load', '-t', url, '-u', '2', '-n', '200', '--json', '-q', ...call], {
    cwd: scratch(),
  });
  expect(stderr).toBe('');
  const { metrics, target } = JSON.parse(stdout);
  expect(target).toMatchObject({ transport: 'http', server: { name: expect.stringContaining('everything') } });
  expect(metrics.outcomes).toMatchObject({ ok: metrics.requests.completed, tool_error: 0, rpc_error: 0, timeout: 0 });
  expect(metrics.requests.completed).toBeGreaterThan(0);
  // A machine busy with the rest of the suite may spoil the timing, never the replies.
  expect([ExitCode.ok, ExitCode.invalidRun]).toContain(code);
});
