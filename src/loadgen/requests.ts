import type { OperationPlan, ScenarioPlan } from '../scenario/plan.ts';
import { MetaKey, modernHeaders, modernVersion } from '../wire/modern.ts';
import type { ScenarioFacts } from './facts.ts';
import { clientInfo, initializeRequest } from './initialize.ts';
import { isObject } from './json.ts';
import type { RequestBody } from './request.ts';
import type { VariableBody } from './variable-body.ts';

const meta = {
  [MetaKey.protocolVersion]: modernVersion,
  [MetaKey.clientInfo]: clientInfo,
  [MetaKey.clientCapabilities]: {},
};
const metaMember = `"_meta":${JSON.stringify(meta)}`;

/**
 * The requests of a scenario as its target wants them: those of its operations, in order, and the handshake. An
 * operation without a body sends nothing.
 */
export function prepareRequests(
  { operations }: ScenarioPlan,
  { era, schemas }: ScenarioFacts,
  variableOf: (operation: OperationPlan) => VariableBody | undefined,
): RequestBody[] {
  const calls = operations.map((operation) => {
    if (operation.body === '') return initializeRequest;
    const spoken = era === 'legacy' ? operation : { ...operation, ...modernRequest(operation, schemas) };
    const variable = variableOf(spoken);
    return variable ? { ...spoken, variable } : spoken;
  });
  return [...calls, initializeRequest];
}

type Schemas = NonNullable<ScenarioFacts['schemas']>;

/** A request with the metadata of the modern era in body and headers; the bytes of its own parameters stay as they are. */
export function modernRequest(
  { method, body, idOffset }: Pick<OperationPlan, 'method' | 'body' | 'idOffset'>,
  schemas: Schemas = {},
): RequestBody {
  const text = withMeta(body);
  const { params } = JSON.parse(text) as { params: Record<string, unknown> };
  const schema = method === 'tools/call' ? schemas[String(params.name)] : undefined;
  return { body: text, idOffset, headers: modernHeaders(method, params, schema) };
}

/** `_meta` goes behind the other parameters, so that offsets into them stay right; what the request says itself goes first. */
function withMeta(body: string): string {
  const { params, ...envelope } = JSON.parse(body) as { params?: Record<string, unknown> };
  if (params === undefined) return `${body.slice(0, -1)},"params":{${metaMember}}}`;
  if (isObject(params._meta))
    return JSON.stringify({ ...envelope, params: { ...params, _meta: { ...meta, ...params._meta } } });
  return `${body.trimEnd().slice(0, -1).trimEnd().slice(0, -1)}${Object.keys(params).length > 0 ? ',' : ''}${metaMember}}}`;
}
