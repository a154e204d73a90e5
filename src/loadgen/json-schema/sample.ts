import { isObject } from '../json.ts';
import { expressionOf } from './expression.ts';
import { faultOf } from './fault.ts';
import { numberSample } from './number.ts';
import type { Random } from './random.ts';
import { listOf, merged, numberOf, referred, type Schema, Unsupported, without } from './schema.ts';
import { textSample } from './text.ts';

/** Keywords whose meaning is not known here: nothing could tell whether a value is one of the schema. */
const unknown = ['unevaluatedProperties', 'unevaluatedItems', '$dynamicRef', '$recursiveRef', 'dependencies'];

/** Levels below which what is optional is left out, so that a schema that contains itself comes to an end. */
const optionalDepth = 4;
const mostDepth = 40;
/** Parts of one value. */
const mostParts = 5000;
/** Items of a list that may be longer. */
const usualItems = 3;
/** Values that are made at most before one is of the schema: `not`, `oneOf` and the like are kept by chance. */
const tries = 100;

/**
 * A value of a JSON Schema (2020-12 and what came before), with `$ref` inside the document. It is made keyword by keyword
 * and then held against the whole schema. Throws Unsupported, which names the keyword.
 */
export function schemaSample(root: unknown, random: Random): unknown {
  let fault: string | undefined;
  for (let i = 0; i < tries; i++) {
    const value = new Sampler(root, random).value(root, '', 0);
    fault = faultOf(root, root, value);
    if (fault === undefined) return value;
  }
  const keyword = fault?.split('/').at(-1);
  throw new Unsupported(fault?.slice(0, fault.lastIndexOf('/')) ?? '', `no value is found that keeps "${keyword}"`);
}

class Sampler {
  readonly #root: unknown;
  readonly #random: Random;
  #parts = 0;

  constructor(root: unknown, random: Random) {
    this.#root = root;
    this.#random = random;
  }

  value(schema: unknown, path: string, depth: number): unknown {
    if (schema === true) return null;
    if (!isObject(schema)) throw new Unsupported(path, 'it allows no value');
    if (depth > mostDepth || ++this.#parts > mostParts)
      throw new Unsupported(path, 'it contains itself without an end');
    const keyword = unknown.find((word) => word in schema);
    if (keyword !== undefined) throw new Unsupported(path, `"${keyword}" is not followed`);
    const again = (...parts: readonly unknown[]) => this.value(merged(parts, path), path, depth + 1);
    if ('$ref' in schema) return again(referred(this.#root, schema.$ref, path), without(schema, '$ref'));
    if (Array.isArray(schema.allOf)) return again(...schema.allOf, without(schema, 'allOf'));
    for (const key of ['anyOf', 'oneOf'])
      if (Array.isArray(schema[key]))
        return firstFit(this.#rotated(listOf(schema[key])), (branch) => again(branch, without(schema, key)));
    if ('if' in schema) return firstFit(this.#rotated(conditions(schema)), (branch) => again(...branch));
    if ('const' in schema) return schema.const;
    if (Array.isArray(schema.enum)) return this.#random.pick(schema.enum);
    return this.#typed(schema, path, depth);
  }

  /** The same, begun anywhere. */
  #rotated<T>(branches: readonly T[]): readonly T[] {
    const from = this.#random.below(branches.length);
    return [...branches.slice(from), ...branches.slice(0, from)];
  }

  #typed(schema: Schema, path: string, depth: number): unknown {
    const type = Array.isArray(schema.type) ? this.#random.pick(schema.type) : (schema.type ?? impliedType(schema));
    if (type === 'string') return textSample(schema, this.#random, path);
    if (type === 'integer' || type === 'number') return numberSample({ ...schema, type }, this.#random, path);
    if (type === 'boolean') return this.#random.below(2) === 1;
    if (type === 'null') return null;
    if (type === 'array') return this.#array(schema, path, depth);
    if (type === 'object') return this.#object(schema, path, depth);
    throw new Unsupported(path, `there is no type ${JSON.stringify(type)}`);
  }

  #array(schema: Schema, path: string, depth: number): unknown[] {
    const { items, prefixItems, additionalItems = true } = schema;
    const first = listOf(Array.isArray(items) ? items : prefixItems);
    const rest = Array.isArray(items) ? additionalItems : (items ?? true);
    const least = Math.max(numberOf(schema.minItems, 0), 'contains' in schema ? numberOf(schema.minContains, 1) : 0);
    const usual = Math.max(least, first.length, depth > optionalDepth ? 0 : usualItems);
    const most = Math.min(numberOf(schema.maxItems, usual), rest === false ? first.length : usual);
    const wanted = least + this.#random.below(Math.max(0, most - least) + 1);
    if (wanted > mostParts) throw new Unsupported(path, `a minItems of ${least} is too much`);
    const found = new Map<string, unknown>();
    for (let tries = 0; found.size < wanted && tries < 10 * wanted; tries++) {
      const index = found.size;
      const [part, where] = index < first.length ? [first[index], `prefixItems/${index}`] : [rest, 'items'];
      const wished =
        'contains' in schema && index < numberOf(schema.minContains, 1) ? merged([part, schema.contains], path) : part;
      const item = this.value(wished, `${path}/${where}`, depth + 1);
      found.set(schema.uniqueItems === true ? JSON.stringify(item) : String(tries), item);
    }
    if (found.size < least) throw new Unsupported(path, `there are not ${least} different items`);
    return [...found.values()];
  }

  #object(schema: Schema, path: string, depth: number): Record<string, unknown> {
    const properties = isObject(schema.properties) ? schema.properties : {};
    const names = new Set(listOf(schema.required).map(String));
    const optional = Object.keys(properties).filter((name) => !names.has(name));
    const least = numberOf(schema.minProperties, 0);
    const most = numberOf(schema.maxProperties, Number.POSITIVE_INFINITY);
    for (const [index, name] of optional.entries()) {
      const needed = names.size + optional.length - index <= least;
      const wanted = depth < optionalDepth && this.#random.below(2) === 1;
      if (names.size < most && (needed || wanted)) names.add(name);
    }
    for (let extra = 1; names.size < least; extra++) names.add(`extra${extra}`);
    return Object.fromEntries([...names].map((name) => [name, this.#property(schema, name, path, depth)]));
  }

  #property(schema: Schema, name: string, path: string, depth: number): unknown {
    const { properties, patternProperties, additionalProperties = true } = schema;
    if (isObject(properties) && Object.hasOwn(properties, name))
      return this.value(properties[name], `${path}/properties/${name}`, depth + 1);
    const patterns = isObject(patternProperties) ? Object.entries(patternProperties) : [];
    const [, matching = additionalProperties] =
      patterns.find(([pattern]) => expressionOf(pattern, path).test(name)) ?? [];
    return this.value(matching, `${path}/additionalProperties`, depth + 1);
  }
}

/** What holds with `if` and what without it, as parts that must all hold. */
function conditions(schema: Schema): (readonly unknown[])[] {
  const rest = without(schema, 'if', 'then', 'else');
  return [
    [schema.if, schema.then ?? true, rest],
    [schema.else ?? true, rest],
  ];
}

/** The value of the first branch there is one for; else what is wrong with the first. */
function firstFit<T>(branches: readonly T[], sample: (branch: T) => unknown): unknown {
  const faults: Unsupported[] = [];
  for (const branch of branches)
    try {
      return sample(branch);
    } catch (error) {
      if (!(error instanceof Unsupported)) throw error;
      faults.push(error);
    }
  throw faults[0] ?? new Unsupported('', 'it allows no value');
}

/** The type of a schema that says none. */
function impliedType(schema: Schema): string {
  if ('properties' in schema || 'required' in schema || 'additionalProperties' in schema) return 'object';
  if ('items' in schema || 'prefixItems' in schema || 'minItems' in schema) return 'array';
  if ('minimum' in schema || 'maximum' in schema || 'multipleOf' in schema) return 'number';
  return 'string';
}
