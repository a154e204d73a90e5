import { fileURLToPath } from 'node:url';
import type { BundledTransport } from '../../src/scenario/plan.ts';
import { mcpbCommand } from './mcpb.ts';
import type { Server } from './null-server.ts';
import { pinned } from './pinning.ts';
import { type Command, startServer } from './processes.ts';

/** A gateway that answers by itself, as a process that prints its addresses when it is ready. */
export interface Gateway {
  readonly name: string;
  readonly transports: readonly BundledTransport[];
  readonly command: Command;
}

const free = '127.0.0.1:0';

export const gateways: readonly Gateway[] = [
  {
    name: 'mcpb gateway',
    transports: ['websocket', 'http', 'tcp'],
    command: [...mcpbCommand, 'gateway', 'start', '--json', '--http', free, '--tcp', free, '--admin', 'off'],
  },
  {
    name: 'naive gateway',
    transports: ['websocket', 'http'],
    command: [process.execPath, fileURLToPath(new URL('../peers/naive-gateway.ts', import.meta.url))],
  },
];

/** Starts it, on one core when given. */
export async function startGateway({ command }: Gateway, core: number | undefined): Promise<Server> {
  const server = await startServer(pinned(command, core));
  const { addresses } = server.ready as { readonly addresses: Server['urls'] };
  return { ...server, urls: addresses };
}
