import { isUtf8 } from 'node:buffer';
import { type CheckPlan, evaluateCheck, valueAt } from '../scenario/checks.ts';
import type { CapturePlan, OperationPlan } from '../scenario/plan.ts';
import type { Era } from '../wire/mcp.ts';
import { Outcome } from '../wire/outcome.ts';
import { MessageKind, mentionsIncomplete, mentionsIsError } from '../wire/reply-scan.ts';
import { isObject, parseObject } from './json.ts';

/** The first reply and one of so many are parsed even where no check asks for it: a malformed body does not stay unseen. */
const sampleEvery = 1024;

/**
 * What a reply came to. `code`: JSON-RPC error code, where there is one. Where it was parsed, `checks`: whether each passed,
 * `captured`: what it holds for each capture.
 */
export interface Judgement {
  outcome: Outcome;
  code: number;
  parsed: boolean;
  readonly checks: boolean[];
  readonly captured: unknown[];
}

/** How the replies of one operation are judged: most by their bytes alone, some by parsing them. */
export class Expected {
  /** Place in the scenario's list of operations. */
  readonly index: number;
  readonly checks: readonly CheckPlan[];
  readonly captures: readonly CapturePlan[];
  readonly #parsesAll: boolean;
  readonly #canBeToolError: boolean;
  readonly #canBeIncomplete: boolean;
  readonly #toolError: boolean;
  readonly #rpcCode: number | undefined;
  #untilSample = 1;

  constructor(plan: Pick<OperationPlan, 'method' | 'expect' | 'checks' | 'captures'>, index: number, era: Era) {
    this.index = index;
    this.checks = plan.checks;
    this.captures = plan.captures ?? [];
    this.#parsesAll = this.checks.length + this.captures.length > 0;
    this.#canBeToolError = plan.method === 'tools/call';
    this.#canBeIncomplete = era === 'modern';
    this.#toolError = plan.expect === 'tool_error';
    this.#rpcCode = plan.expect.startsWith('rpc_error:') ? Number(plan.expect.slice(10)) : undefined;
  }

  /** Fills `into`; allocates only where the reply has to be parsed. */
  judge(into: Judgement, kind: MessageKind, bytes: Buffer, start: number, end: number): void {
    into.parsed = false;
    into.code = 0;
    const plain = kind === MessageKind.result && this.#rpcCode === undefined && !this.#toolError;
    const suspicious =
      plain &&
      ((this.#canBeToolError && mentionsIsError(bytes, start, end)) ||
        (this.#canBeIncomplete && mentionsIncomplete(bytes, start, end)));
    if (plain && !suspicious && !this.#parsesAll && --this.#untilSample > 0) into.outcome = Outcome.ok;
    else this.#parse(into, bytes, start, end);
  }

  #parse(into: Judgement, bytes: Buffer, start: number, end: number): void {
    this.#untilSample = sampleEvery;
    const text = bytes.subarray(start, end);
    const reply = isUtf8(text) ? parseObject(text.toString()) : undefined;
    if (reply === undefined) {
      into.outcome = Outcome.protocolError;
      return;
    }
    into.parsed = true;
    this.checks.forEach((check, i) => {
      into.checks[i] = evaluateCheck(check, reply);
    });
    this.captures.forEach(({ path }, i) => {
      into.captured[i] = valueAt(path, reply);
    });
    into.outcome = this.#outcomeOf(into, reply);
  }

  #outcomeOf(into: Judgement, reply: Record<string, unknown>): Outcome {
    if ('error' in reply) {
      const { error } = reply;
      const code = isObject(error) && typeof error.code === 'number' ? error.code : 0;
      into.code = code;
      return code === this.#rpcCode ? Outcome.ok : Outcome.rpcError;
    }
    const { result } = reply;
    const failed = isObject(result) && (this.#isToolError(result) || this.#isIncomplete(result));
    if (this.#rpcCode !== undefined) return failed ? Outcome.toolError : Outcome.protocolError;
    if (failed === this.#toolError) return Outcome.ok;
    return failed ? Outcome.toolError : Outcome.protocolError;
  }

  #isToolError(result: Record<string, unknown>): boolean {
    return this.#canBeToolError && result.isError === true;
  }

  /** What was asked for is not in it: the server wants input first, or has made a task of the call. */
  #isIncomplete({ resultType = 'complete' }: Record<string, unknown>): boolean {
    return this.#canBeIncomplete && resultType !== 'complete';
  }
}
