import { didYouMean } from '../config/suggest.ts';
import type { CheckPlan } from './checks.ts';
import { type Expectation, idPlaceholder, type OperationPlan } from './plan.ts';

/** A call as a scenario or a command line names it. */
export interface Call {
  readonly method: string;
  /** Tool, prompt or resource. */
  readonly name?: string | undefined;
  /** JSON text of an object, sent as it is. */
  readonly arguments?: string | undefined;
  readonly as?: string | undefined;
  readonly expect?: Expectation | undefined;
  readonly checks?: readonly CheckPlan[] | undefined;
}

/** Parameter that carries the name; undefined: the method takes none and its arguments are the parameters. */
const nameParameter: ReadonlyMap<string, 'name' | 'uri' | undefined> = new Map([
  ['ping', undefined],
  ['tools/list', undefined],
  ['tools/call', 'name'],
  ['resources/list', undefined],
  ['resources/templates/list', undefined],
  ['resources/read', 'uri'],
  ['resources/subscribe', 'uri'],
  ['resources/unsubscribe', 'uri'],
  ['prompts/list', undefined],
  ['prompts/get', 'name'],
  ['completion/complete', undefined],
  ['logging/setLevel', undefined],
]);

export const methods: readonly string[] = [...nameParameter.keys()];

export function isMethod(word: string): boolean {
  return nameParameter.has(word);
}

/** What is wrong with a call, by the key at fault. An unknown method is taken only where its refusal is expected. */
export function callFaults(call: Call): { key: 'call' | 'name' | 'arguments'; message: string }[] {
  const { method, name, expect } = call;
  if (!isMethod(method) && !expect?.startsWith('rpc_error:'))
    return [{ key: 'call', message: `"${method}" is not an MCP method${didYouMean(method, nameParameter.keys())}` }];
  const parameter = nameParameter.get(method);
  if (parameter && !name) return [{ key: 'call', message: `${method} needs a name (${what(method)})` }];
  if (!parameter && name !== undefined) return [{ key: 'name', message: `${method} takes no name` }];
  if (parameter === 'uri' && call.arguments !== undefined)
    return [{ key: 'arguments', message: `${method} takes no arguments` }];
  return [];
}

export function operationPlan(call: Call): OperationPlan {
  const method = JSON.stringify(call.method);
  const parameters = parametersText(call);
  const head = '{"jsonrpc":"2.0","id":';
  return {
    name: call.as ?? (call.name === undefined ? call.method : `${call.method} ${call.name}`),
    method: call.method,
    body: `${head}${idPlaceholder},"method":${method}${parameters === undefined ? '' : `,"params":${parameters}`}}`,
    idOffset: head.length,
    expect: call.expect ?? 'ok',
    checks: call.checks ?? [],
  };
}

function parametersText(call: Call): string | undefined {
  const parameter = nameParameter.get(call.method);
  if (parameter === undefined) return call.arguments;
  const named = `"${parameter}":${JSON.stringify(call.name)}`;
  return call.arguments === undefined ? `{${named}}` : `{${named},"arguments":${call.arguments}}`;
}

function what(method: string): string {
  return method.startsWith('tools/') ? 'the tool' : method.startsWith('prompts/') ? 'the prompt' : 'the URI';
}
