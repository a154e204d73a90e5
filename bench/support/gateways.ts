import { fileURLToPath } from 'node:url';
import type { BundledTransport } from '../../src/scenario/plan.ts';
import { mcpbCommand } from './mcpb.ts';
import type { Server } from './null-server.ts';
import { pinned } from './pinning.ts';
import { type Command, startServer } from './processes.ts';

/** A gateway, as a process that prints its addresses when it is ready. */
export interface Gateway {
  readonly name: string;
  readonly command: Command;
  /** What its clients have to show. */
  readonly token?: string;
}

/** What every gateway here speaks. */
export const gatewayTransports: readonly BundledTransport[] = ['websocket', 'http', 'tcp'];

const free = '127.0.0.1:0';
const ours = [...mcpbCommand, 'gateway', 'start', '--json', '--http', free, '--tcp', free, '--admin'];
const naive = [process.execPath, fileURLToPath(new URL('../peers/naive-gateway.ts', import.meta.url))];

/** Those that answer by themselves. */
export const echoGateways: readonly Gateway[] = [
  { name: 'mcpb gateway', command: [...ours, 'off'] },
  { name: 'naive gateway', command: naive },
];

/** Those that pass requests on to the MCP server at this URL: `default` as it is run in production, `bare` open to all and unwatched. */
export function forwardingGateways(upstream: string): readonly Gateway[] {
  const token = 'bench-token';
  return [
    { name: 'mcpb gateway, default', command: [...ours, free, '--backend', upstream, '--token', token], token },
    { name: 'mcpb gateway, bare', command: [...ours, 'off', '--backend', upstream] },
    { name: 'naive gateway, forwarding', command: [...naive, upstream] },
  ];
}

/** Starts it, on one core when given. */
export async function startGateway({ command }: Pick<Gateway, 'command'>, core: number | undefined): Promise<Server> {
  const server = await startServer(pinned(command, core));
  const { addresses } = server.ready as { readonly addresses: Server['urls'] };
  return { ...server, urls: addresses };
}
