import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import { listen } from './servers/desk.ts';

const everything = join(
  dirname(createRequire(import.meta.url).resolve('@modelcontextprotocol/server-everything/package.json')),
  'dist/index.js',
);

/** The official example server as a command. */
export const everythingOverStdio = `stdio:'${process.execPath}' '${everything}' stdio`;

/** A server of the official SDK as a command: a tool `echo`. */
export const sdkOverStdio = `stdio:'${process.execPath}' '${fileURLToPath(new URL('./sdk-stdio.ts', import.meta.url))}'`;

/** The official example server over HTTP, as long as the test runs. */
export async function startEverything(transport: 'sse' | 'streamableHttp'): Promise<string> {
  const port = await freePort();
  const child = spawn(process.execPath, [everything, transport], { env: { ...process.env, PORT: String(port) } });
  onTestFinished(async () => {
    child.kill('SIGKILL');
    await once(child, 'close');
  });
  await said(child, 'port');
  const kind = transport === 'sse' ? 'sse+http' : 'http';
  return `${kind}://127.0.0.1:${port}/${transport === 'sse' ? 'sse' : 'mcp'}`;
}

async function said(child: ChildProcess, word: string): Promise<void> {
  let text = '';
  for await (const chunk of child.stderr!.iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.includes(word)) break;
  }
  child.stderr!.resume();
  child.stdout!.resume();
}

async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}
