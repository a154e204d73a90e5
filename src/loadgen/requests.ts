import { bodyParts, type FieldPlan, isNumberPlace, type Place, writtenBody } from '../scenario/fields.ts';
import type { OperationPlan, ScenarioPlan } from '../scenario/plan.ts';
import { headerParameters, MetaKey, memberAt, modernHeaders, modernVersion, namedIn } from '../wire/modern.ts';
import type { ScenarioFacts } from './facts.ts';
import { clientInfo, initializeRequest } from './initialize.ts';
import { isObject } from './json.ts';
import type { Fields, RequestBody } from './request.ts';
import type { BodyOf } from './variable-body.ts';

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
export function prepareRequests({ operations }: ScenarioPlan, facts: ScenarioFacts, bodyOf: BodyOf): RequestBody[] {
  const calls = operations.map((operation) => {
    if (operation.body === '') return initializeRequest;
    if (facts.era === 'modern') return modernOperation(operation, facts.schemas, bodyOf);
    const variable = bodyOf(operation);
    return variable ? { ...operation, variable } : operation;
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
  return { body: text, idOffset, headers: headersOf(method, text, schemas) };
}

/** Where headers repeat what a template stands for they are made with the body; with its numbers, which are patched, for every exchange. */
function modernOperation(operation: OperationPlan, schemas: Schemas = {}, bodyOf: BodyOf): RequestBody {
  const { method, idOffset, fields = [] } = operation;
  const body = withMeta(operation.body);
  const repeated = fieldsInHeaders(method, body, fields, schemas);
  const variable = bodyOf({ ...operation, body }, !repeated.some(isNumberPlace));
  if (repeated.length > 0) return { body, idOffset, variable, headersOf: (text) => headersOf(method, text, schemas) };
  const headers = headersOf(method, writtenBody(body, fields), schemas);
  return { body, idOffset, headers, ...(variable && { variable }) };
}

function headersOf(method: string, body: string, schemas: Schemas): Fields {
  const { params } = JSON.parse(body) as { params: Record<string, unknown> };
  return modernHeaders(method, params, schemaOf(method, params, schemas));
}

/** Of a tool whose name a template makes, any may be meant. */
function fieldsInHeaders(method: string, body: string, fields: readonly FieldPlan[], schemas: Schemas): Place[] {
  if (fields.length === 0) return [];
  const { params } = JSON.parse(body) as { params: Record<string, unknown> };
  const placesIn = (value: unknown) =>
    bodyParts(JSON.stringify(value), fields).filter((part) => typeof part !== 'string');
  const named = placesIn(namedIn(method, params) ?? '');
  const tools =
    method !== 'tools/call' ? [] : named.length > 0 ? Object.values(schemas) : [schemaOf(method, params, schemas)];
  const paths = tools.flatMap((schema) => headerParameters(schema)).map(({ path }) => path);
  const whole = typeof params.arguments === 'string' && paths.length > 0 ? [params.arguments] : [];
  return [...named, ...[...whole, ...paths.map((path) => memberAt(params.arguments, path) ?? '')].flatMap(placesIn)];
}

function schemaOf(method: string, { name }: Record<string, unknown>, schemas: Schemas) {
  return method === 'tools/call' && Object.hasOwn(schemas, String(name)) ? schemas[String(name)] : undefined;
}

/** `_meta` goes behind the other parameters, so that offsets into them stay right; what the request says itself goes first. */
function withMeta(body: string): string {
  const { params, ...envelope } = JSON.parse(body) as { params?: Record<string, unknown> };
  if (params === undefined) return `${body.slice(0, -1)},"params":{${metaMember}}}`;
  if (isObject(params._meta))
    return JSON.stringify({ ...envelope, params: { ...params, _meta: { ...meta, ...params._meta } } });
  return `${body.trimEnd().slice(0, -1).trimEnd().slice(0, -1)}${Object.keys(params).length > 0 ? ',' : ''}${metaMember}}}`;
}
