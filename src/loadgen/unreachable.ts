import { type ErrorCode, McpbError } from '../errors.ts';
import { failureKind } from '../results/failures.ts';
import type { Plan } from '../scenario/plan.ts';
import type { OpenFailure } from './transport.ts';
import { failureCode } from './transports/failure.ts';

/** The target did not take part: nothing was measured. */
export class Unreachable extends Error {
  readonly failure: OpenFailure;

  constructor(failure: OpenFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

/** What is said between the target and the failure's own words. */
const verbs: Readonly<Partial<Record<ErrorCode, string>>> = {
  MCPB_E_UNAUTHORIZED: 'refused us',
  MCPB_E_HANDSHAKE: 'does not complete the handshake',
  MCPB_E_TLS: 'cannot be reached over TLS',
};

/** A target that could not be reached, as an error that says what to try next. */
export function unreachableError(plan: Plan, failure: OpenFailure): McpbError {
  const { url, transport } =
    plan.scenarios.find(({ target }) => target.url === failure.url)?.target ?? plan.scenarios[0].target;
  if (failure.reason === 'arguments')
    return new McpbError('MCPB_E_ARGUMENTS', `${url}: ${failure.message}`, {
      hint: 'name one of its tools, or write the arguments out in the scenario',
    });
  if (transport === 'stdio')
    return new McpbError('MCPB_E_TARGET_START', `${url} is no server to talk to: ${failure.message}`, {
      hint: 'run the command by itself: it must answer one JSON-RPC message a line and write nothing else to standard output',
    });
  const code = failureCode(failure);
  const { error, what, hint } = failureKind(code);
  const said = failure.message.includes(what) ? failure.message : `${what} (${failure.message})`;
  return new McpbError(error, `${url} ${verbs[error] ?? 'cannot be reached'}: ${said}`, {
    hint: code === 'ECONNREFUSED' ? `${hint}; ${bundled}` : hint,
  });
}

const bundled = 'start a gateway with `npx mcpb gateway start`, or leave --target out to use the bundled one';
