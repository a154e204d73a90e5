import type { TargetInfo } from '../results/result.ts';
import type { Era } from '../wire/mcp.ts';

/** By tool; never none of one. */
export type MadeArguments = Readonly<Record<string, readonly string[]>>;

/**
 * What the survey found out about the target of one scenario: every worker prepares its requests from the same.
 * Structured-cloneable.
 */
export interface ScenarioFacts {
  /** The era that is spoken. */
  readonly era: Era;
  /** The address that the target's host stands for during the run; none of a command. */
  readonly address?: string | undefined;
  /** What the target calls itself; absent where it was not asked. */
  readonly server?: TargetInfo['server'];
  /** Input schemas of the tools that are called, by name, where requests depend on them. */
  readonly schemas?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** JSON texts of arguments made from these schemas, by tool, where a call wants them. */
  readonly made?: MadeArguments;
  /** What was agreed, over TLS. */
  readonly tls?: TargetInfo['tls'];
}
