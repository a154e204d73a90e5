import { isDeepStrictEqual } from 'node:util';
import { isObject } from '../json.ts';
import { expressionOf } from './expression.ts';
import { formats } from './format.ts';
import { listOf, numberOf, referred, type Schema } from './schema.ts';

type Holds<Value> = (value: Value, expected: unknown, schema: Schema) => boolean;
type Table<Value> = Readonly<Record<string, Holds<Value>>>;

const below = (least: unknown, value: number): boolean => value < numberOf(least, Number.NEGATIVE_INFINITY);
const above = (most: unknown, value: number): boolean => value > numberOf(most, Number.POSITIVE_INFINITY);

/** Validators divide, in floating point. The bounds of draft 4 are exclusive where a second keyword says `true`. */
const numberKeywords: Table<number> = {
  minimum: (value, least) => !below(least, value),
  maximum: (value, most) => !above(most, value),
  exclusiveMinimum: (value, least, { minimum }) => value > numberOf(least === true ? minimum : least, -Infinity),
  exclusiveMaximum: (value, most, { maximum }) => value < numberOf(most === true ? maximum : most, Infinity),
  multipleOf: (value, step) => Number.isInteger(value / numberOf(step, 1)),
};

const textKeywords: Table<string> = {
  minLength: (text, least) => !below(least, [...text].length),
  maxLength: (text, most) => !above(most, [...text].length),
  format: (text, name) => formats.get(String(name))?.is(text) ?? true,
  pattern: (text, pattern) => expressionOf(String(pattern), '').test(text),
};

const listKeywords: Table<readonly unknown[]> = {
  minItems: (list, least) => !below(least, list.length),
  maxItems: (list, most) => !above(most, list.length),
  uniqueItems: (list, unique) => unique !== true || !hasTwins(list),
};

const objectKeywords: Table<Schema> = {
  minProperties: (object, least) => !below(least, Object.keys(object).length),
  maxProperties: (object, most) => !above(most, Object.keys(object).length),
  required: (object, names) => hasAll(object, names),
  dependentRequired: (object, dependent) =>
    entries(dependent).every(([name, names]) => !Object.hasOwn(object, name) || hasAll(object, names)),
};

const valueKeywords: Table<unknown> = {
  const: (value, constant) => isDeepStrictEqual(value, constant),
  enum: (value, values) => listOf(values).some((one) => isDeepStrictEqual(one, value)),
  type: (value, type) => (Array.isArray(type) ? type : [type]).some((one) => isOf(value, one)),
};

/** Of the keyword that a value breaks: its path in the schema. Undefined where the value is one of the schema. */
export function faultOf(root: unknown, schema: unknown, value: unknown, path = ''): string | undefined {
  if (schema === true) return undefined;
  if (!isObject(schema)) return path;
  const broken = brokenIn(schema, value);
  if (broken !== undefined) return `${path}/${broken}`;
  const inner = (part: unknown, of: unknown, where: string) => faultOf(root, part, of, `${path}/${where}`);
  return (
    ('$ref' in schema ? inner(referred(root, schema.$ref, path), value, '$ref') : undefined) ??
    combined(schema, value, inner) ??
    (Array.isArray(value) ? ofItems(schema, value, inner) : undefined) ??
    (isObject(value) ? ofProperties(schema, value, inner) : undefined)
  );
}

type Inner = (schema: unknown, value: unknown, where: string) => string | undefined;

function brokenIn(schema: Schema, value: unknown): string | undefined {
  const broken = <Value>(table: Table<Value>, of: Value) =>
    Object.keys(schema).find((key) => Object.hasOwn(table, key) && !table[key](of, schema[key], schema));
  const ofAny = broken(valueKeywords, value);
  if (ofAny !== undefined) return ofAny;
  if (typeof value === 'number') return broken(numberKeywords, value);
  if (typeof value === 'string') return broken(textKeywords, value);
  if (Array.isArray(value)) return broken(listKeywords, value);
  return isObject(value) ? broken(objectKeywords, value) : undefined;
}

function combined(schema: Schema, value: unknown, inner: Inner): string | undefined {
  const holds = (part: unknown) => inner(part, value, '') === undefined;
  const wrong = (key: string, right: boolean) => (right ? undefined : inner(false, value, key));
  const [all, any, one] = ['allOf', 'anyOf', 'oneOf'].map((key) => schema[key]);
  const branch = 'if' in schema ? (holds(schema.if) ? 'then' : 'else') : undefined;
  return (
    first(listOf(all), (part, i) => inner(part, value, `allOf/${i}`)) ??
    wrong('anyOf', !Array.isArray(any) || any.some(holds)) ??
    wrong('oneOf', !Array.isArray(one) || one.filter(holds).length === 1) ??
    wrong('not', !('not' in schema && holds(schema.not))) ??
    (branch !== undefined && branch in schema ? inner(schema[branch], value, branch) : undefined)
  );
}

function ofItems(schema: Schema, list: readonly unknown[], inner: Inner): string | undefined {
  const { items, prefixItems, additionalItems = true, contains } = schema;
  const tuple = listOf(Array.isArray(items) ? items : prefixItems);
  const rest = Array.isArray(items) ? additionalItems : (items ?? true);
  const found = list.filter((item) => contains === undefined || inner(contains, item, '') === undefined).length;
  const [least, most] = [numberOf(schema.minContains, 1), numberOf(schema.maxContains, Infinity)];
  if (contains !== undefined && (found < least || found > most)) return inner(false, list, 'contains');
  return first(list, (item, i) =>
    i < tuple.length ? inner(tuple[i], item, `prefixItems/${i}`) : inner(rest, item, 'items'),
  );
}

function ofProperties(schema: Schema, object: Schema, inner: Inner): string | undefined {
  const { properties, patternProperties, additionalProperties = true, propertyNames = true } = schema;
  const patterns = entries(patternProperties);
  return (
    first(Object.entries(object), ([name, value]) => {
      const own = isObject(properties) && Object.hasOwn(properties, name);
      const matching = patterns.filter(([pattern]) => expressionOf(pattern, '').test(name));
      return (
        inner(propertyNames, name, 'propertyNames') ??
        (own ? inner(properties[name], value, `properties/${name}`) : undefined) ??
        first(matching, ([pattern, part]) => inner(part, value, `patternProperties/${pattern}`)) ??
        (own || matching.length > 0 ? undefined : inner(additionalProperties, value, 'additionalProperties'))
      );
    }) ??
    first(entries(schema.dependentSchemas), ([name, part]) =>
      Object.hasOwn(object, name) ? inner(part, object, `dependentSchemas/${name}`) : undefined,
    )
  );
}

function first<T>(parts: readonly T[], fault: (part: T, index: number) => string | undefined): string | undefined {
  for (const [index, part] of parts.entries()) {
    const found = fault(part, index);
    if (found !== undefined) return found;
  }
  return undefined;
}

function entries(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

/** Texts tell most apart; only objects may be the same in two ways of writing them. */
function hasTwins(list: readonly unknown[]): boolean {
  if (new Set(list.map((item) => JSON.stringify(item))).size < list.length) return true;
  const objects = list.filter((item) => typeof item === 'object' && item !== null);
  return objects.some((item, i) => objects.slice(0, i).some((earlier) => isDeepStrictEqual(earlier, item)));
}

function hasAll(object: Schema, names: unknown): boolean {
  return listOf(names).every((name) => Object.hasOwn(object, String(name)));
}

function isOf(value: unknown, type: unknown): boolean {
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'object') return isObject(value);
  return type === 'null' ? value === null : typeof value === type;
}
