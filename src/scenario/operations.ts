import { didYouMean } from '../config/suggest.ts';
import type { CheckPlan } from './checks.ts';
import { fromSchema, unmarkedBody } from './fields.ts';
import { type CapturePlan, type Expectation, idPlaceholder, type OperationPlan } from './plan.ts';
import { isTemplate } from './template.ts';
import type { TemplateFiller } from './template-filler.ts';

/** A call as a scenario or a command line names it. */
export interface Call {
  readonly method: string;
  /** Tool, prompt or resource. */
  readonly name?: string | undefined;
  /** JSON text of an object, sent as it is; an object, in which templates may stand; or `fromSchema`. */
  readonly arguments?: string | Readonly<Record<string, unknown>> | undefined;
  readonly as?: string | undefined;
  readonly expect?: Expectation | undefined;
  readonly checks?: readonly CheckPlan[] | undefined;
  readonly capture?: readonly CapturePlan[] | undefined;
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
  if (call.arguments === fromSchema && method !== 'tools/call')
    return [{ key: 'arguments', message: `only the arguments of tools have a schema, those of ${method} have none` }];
  if (call.arguments === fromSchema && isTemplate(name ?? ''))
    return [{ key: 'arguments', message: 'arguments from a schema need a tool that is named without templates' }];
  return [];
}

/** What a call sends; its templates mean what `filler` says. */
export function operationPlan(call: Call, filler: TemplateFiller): OperationPlan {
  const { method, name, checks = [], capture = [] } = call;
  const parameters = parametersText(call, filler);
  const head = '{"jsonrpc":"2.0","id":';
  const rest = parameters === undefined ? '' : `,"params":${parameters}`;
  const body = `${head}${idPlaceholder},"method":${JSON.stringify(method)}${rest}}`;
  return {
    name: call.as ?? (name === undefined ? method : `${method} ${name}`),
    method,
    body: filler.fields.length > 0 ? body : unmarkedBody(body),
    idOffset: head.length,
    expect: call.expect ?? 'ok',
    checks,
    ...(filler.fields.length > 0 && { fields: filler.fields }),
    ...(capture.length > 0 && { captures: capture }),
  };
}

function parametersText({ method, name, arguments: written }: Call, filler: TemplateFiller): string | undefined {
  const parameter = nameParameter.get(method);
  const named = parameter && `"${parameter}":${JSON.stringify(filler.fill(name, ['name']))}`;
  const text = argumentsText(written, name ?? '', filler);
  if (named === undefined) return text;
  return text === undefined ? `{${named}}` : `{${named},"arguments":${text}}`;
}

function argumentsText(written: Call['arguments'], tool: string, filler: TemplateFiller): string | undefined {
  if (written === fromSchema) return JSON.stringify(filler.fillFromSchema(tool));
  if (typeof written === 'object') return JSON.stringify(filler.fill(written, ['arguments']));
  return written && filler.fillJson(written, ['arguments']);
}

function what(method: string): string {
  return method.startsWith('tools/') ? 'the tool' : method.startsWith('prompts/') ? 'the prompt' : 'the URI';
}
