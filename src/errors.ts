/** Exit codes of every command (99, 104 and 105 are k6's). `exitPrecedence` says which one wins. */
export const ExitCode = {
  ok: 0,
  internal: 1,
  usage: 2,
  unreachable: 3,
  regression: 4,
  invalidRun: 5,
  notComparable: 6,
  inconclusive: 7,
  thresholdsFailed: 99,
  invalidScenario: 104,
  interrupted: 105,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

const precedence: readonly number[] = [1, 2, 104, 3, 105, 5, 6, 4, 99, 7, 0];

/** The exit code that wins when several apply, by the documented precedence. */
export function worstExit(codes: readonly number[]): number {
  return precedence.find((code) => codes.includes(code)) ?? ExitCode.ok;
}

/** Stable codes of mistakes a user can mend, each with the exit code it leads to. */
export const errorTable = {
  MCPB_E_USAGE: ExitCode.usage,
  MCPB_E_PLATFORM: ExitCode.usage,
  MCPB_E_NO_RESULT: ExitCode.usage,
  MCPB_E_NO_BASELINE: ExitCode.usage,
  MCPB_E_FILE: ExitCode.usage,
  MCPB_E_FORMAT: ExitCode.usage,
  MCPB_E_SCENARIO: ExitCode.invalidScenario,
  MCPB_E_SCENARIO_NOT_FOUND: ExitCode.invalidScenario,
  MCPB_E_CONFIG: ExitCode.invalidScenario,
  MCPB_E_ARGUMENTS: ExitCode.invalidScenario,
  MCPB_E_UNREACHABLE: ExitCode.unreachable,
  MCPB_E_DNS: ExitCode.unreachable,
  MCPB_E_TLS: ExitCode.unreachable,
  MCPB_E_UNAUTHORIZED: ExitCode.unreachable,
  MCPB_E_HANDSHAKE: ExitCode.unreachable,
  MCPB_E_PORT_IN_USE: ExitCode.unreachable,
  MCPB_E_LISTEN: ExitCode.unreachable,
  MCPB_E_TARGET_START: ExitCode.unreachable,
  MCPB_E_FD_LIMIT: ExitCode.unreachable,
  MCPB_E_PORTS: ExitCode.unreachable,
  MCPB_E_INVALID_RUN: ExitCode.invalidRun,
  MCPB_E_NOT_COMPARABLE: ExitCode.notComparable,
  MCPB_E_INTERRUPTED: ExitCode.interrupted,
} as const satisfies Record<string, ExitCode>;

export type ErrorCode = keyof typeof errorTable;

/** A mistake the user can mend: what was wrong and the next thing to try. Anything else thrown is a bug. */
export class McpbError extends Error {
  override readonly name = 'McpbError';
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  readonly exitCode: ExitCode;

  constructor(code: ErrorCode, message: string, options: { hint?: string; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
    this.exitCode = errorTable[code];
  }
}
