import { ExitCode, McpbError } from '../errors.ts';

/** How a command that did not do its work ends: the text on stderr, or under `--json` the document on stdout. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
  readonly exitCode: number;
  /** Of a bug only. */
  readonly stack?: string;
}

/** Names the mistake; whatever is neither the user's nor the command line's is a bug of `mcpb`. */
export function failureOf(error: unknown, help: string): Failure {
  if (error instanceof McpbError) {
    const { code, message, hint, exitCode } = error;
    return hint === undefined ? { code, message, exitCode } : { code, message, hint, exitCode };
  }
  if (error instanceof Error && isUsageError(error))
    return { code: 'MCPB_E_USAGE', message: firstParagraph(error.message), hint: help, exitCode: ExitCode.usage };
  const { message, stack } = error instanceof Error ? error : new Error(String(error));
  return {
    code: 'MCPB_E_INTERNAL',
    message: `this is a bug in mcpb: ${message}`,
    hint: 'run it again with MCPB_DEBUG=1 and report what it prints',
    exitCode: ExitCode.internal,
    ...(stack !== undefined && { stack }),
  };
}

export function failureText({ message, code, hint, stack }: Failure, env: NodeJS.ProcessEnv): string {
  const lines = [`Error: ${message}`, `Code: ${code}`];
  if (hint !== undefined) lines.push(`Try: ${hint}`);
  if (stack !== undefined && (env.MCPB_DEBUG || env.DEBUG)) lines.push(stack);
  return `${lines.join('\n')}\n`;
}

/** The one document a failed command prints under `--json`. */
export function failureDocument({ code, message, hint, exitCode }: Failure): string {
  return `${JSON.stringify({ error: { code, message, hint, exitCode } }, null, 2)}\n`;
}

/** oclif marks what it refuses (flags, arguments, commands) with the exit code it would use. */
function isUsageError(error: Error): boolean {
  return 'oclif' in error;
}

/** Without "See more help with --help", which the hint says, and the escapes of a terminal. */
function firstParagraph(message: string): string {
  const lines = message.split('\n').filter((line) => !line.startsWith('See more help'));
  return lines
    .map((line) => line.trim())
    .filter(Boolean)
    .join(' ');
}
