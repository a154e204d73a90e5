import { McpbError } from '../errors.ts';
import { openFileLimit } from '../results/limits.ts';
import type { Plan } from '../scenario/plan.ts';
import type { OpenFailure } from './transport.ts';

/** The target did not take part: nothing was measured. */
export class Unreachable extends Error {
  readonly failure: OpenFailure;

  constructor(failure: OpenFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** A target that could not be reached, as an error that says what to try next. */
export function unreachableError(plan: Plan, failure: OpenFailure): McpbError {
  const { url, transport } = plan.scenarios[0].target;
  const { code, status, reason, message } = failure;
  if (code === 'EMFILE' || code === 'ENFILE')
    return new McpbError('MCPB_E_FD_LIMIT', `no file descriptors left (limit ${openFileLimit() ?? 'unknown'})`, {
      hint: 'raise the limit with `ulimit -n 65536`, or use fewer connections',
    });
  if (code === 'EADDRNOTAVAIL')
    return new McpbError('MCPB_E_PORTS', `no local ports left towards ${url}`, {
      hint: 'spread the load over source addresses: --local-address 127.0.0.2-127.0.0.9',
    });
  if (transport === 'stdio')
    return new McpbError('MCPB_E_TARGET_START', `${url} is no server to talk to: ${message}`, {
      hint: 'run the command by itself: it must answer one JSON-RPC message a line and write nothing else to standard output',
    });
  if (status === 401 || status === 403)
    return new McpbError('MCPB_E_UNAUTHORIZED', `${url} refused us: ${message}`, {
      hint: 'give the token with --token, or a header with -H',
    });
  if (reason === 'handshake' || reason === 'http-status')
    return new McpbError('MCPB_E_HANDSHAKE', `${url} does not complete the handshake: ${message}`, {
      hint: 'check the path and the transport of --target (http://…/mcp, ws://…/mcp, tcp://…)',
    });
  return new McpbError('MCPB_E_UNREACHABLE', `${url} cannot be reached: ${message}`, {
    hint:
      code === 'ECONNREFUSED'
        ? 'nothing listens there; start a gateway with `npx mcpb gateway start`, or leave --target out to use the bundled one'
        : 'check address and network; --connect-timeout raises the limit',
  });
}
