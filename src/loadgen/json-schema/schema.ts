import { isObject } from '../json.ts';

export type Schema = Readonly<Record<string, unknown>>;

/** A schema that no value can be made for: where, and why. */
export class Unsupported extends Error {
  constructor(path: string, reason: string) {
    super(`${path === '' ? 'inputSchema' : `inputSchema${path}`}: ${reason}`);
  }
}

export function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise;
}

export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function without(schema: Schema, ...keys: readonly string[]): Schema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !keys.includes(key)));
}

/** What a `$ref` leads to. */
export function referred(root: unknown, reference: unknown, path: string): unknown {
  if (reference === '#') return root;
  if (typeof reference !== 'string' || !reference.startsWith('#/'))
    throw new Unsupported(path, `the reference ${JSON.stringify(reference)} leads out of the schema`);
  let found = root;
  for (const part of reference.slice(2).split('/')) {
    const key = decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
    found =
      (isObject(found) || Array.isArray(found)) && Object.hasOwn(found, key) ? Reflect.get(found, key) : undefined;
  }
  if (found === undefined) throw new Unsupported(path, `the reference "${reference}" leads nowhere`);
  return found;
}

/** Keywords of which both hold where the larger holds, and where the smaller does. */
const least = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'];
const most = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'];

/** Schemas that must all hold, as one. */
export function merged(schemas: readonly unknown[], path: string): Schema {
  let all: Schema = {};
  for (const schema of schemas.filter((one) => one !== true)) {
    if (!isObject(schema)) throw new Unsupported(path, 'it allows no value');
    all = { ...all, ...schema, ...both(all, schema, path) };
  }
  return all;
}

/** Keywords that both schemas have and that do not simply replace each other. */
function both(a: Schema, b: Schema, path: string): Schema {
  const result: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(a)) {
    const other = b[key];
    if (other === undefined || annotations.has(key)) continue;
    if (typeof value === 'number' && typeof other === 'number' && (least.includes(key) || most.includes(key)))
      result[key] = least.includes(key) ? Math.max(value, other) : Math.min(value, other);
    else if (key === 'properties' && isObject(value) && isObject(other)) result[key] = bothOfEach(value, other);
    else if (key === 'required') result[key] = [...listOf(value), ...listOf(other)];
    else if (key === 'enum' || key === 'type') result[key] = common(value, other, path);
    else if (JSON.stringify(value) !== JSON.stringify(other))
      throw new Unsupported(path, `two different "${key}" must hold at once`);
  }
  return result;
}

/** Keywords that restrict nothing by themselves. */
const annotations: ReadonlySet<string> = new Set([
  'title',
  'description',
  'default',
  'examples',
  '$comment',
  '$id',
  '$schema',
  '$defs',
  'definitions',
]);

function bothOfEach(a: Schema, b: Schema): Schema {
  const shared = Object.keys(a).filter((name) => Object.hasOwn(b, name));
  return { ...a, ...b, ...Object.fromEntries(shared.map((name) => [name, { allOf: [a[name], b[name]] }])) };
}

function common(a: unknown, b: unknown, path: string): unknown[] {
  const texts = new Set((Array.isArray(b) ? b : [b]).map((value) => JSON.stringify(value)));
  const values = (Array.isArray(a) ? a : [a]).filter((value) => texts.has(JSON.stringify(value)));
  if (values.length === 0) throw new Unsupported(path, 'it allows no value');
  return values;
}
