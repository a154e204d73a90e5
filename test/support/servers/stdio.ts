import { commandTarget } from '../commands.ts';
import { startLinesServer } from './lines.ts';
import type { ServerOptions, TestServer } from './server.ts';

/** A server that every spawned command is joined with, so that a test can script it. */
export async function startStdioServer(options: ServerOptions = {}): Promise<TestServer> {
  const server = await startLinesServer(options);
  return Object.assign(server, { transport: 'stdio' as const, url: commandTarget('relay', String(server.port)) });
}
