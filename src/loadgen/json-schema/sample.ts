import { isObject } from '../json.ts';
import { numberSample } from './number.ts';
import type { Random } from './random.ts';
import { listOf, merged, numberOf, referred, type Schema, Unsupported, without } from './schema.ts';
import { textSample } from './text.ts';

/** Keywords that restrict values in ways that are not followed. */
const unfollowed = [
  ...['not', 'if', 'then', 'else', 'contains', 'propertyNames', 'dependencies'],
  ...['dependentRequired', 'dependentSchemas', 'unevaluatedProperties', 'unevaluatedItems', '$dynamicRef'],
];

/** Levels below which what is optional is left out, so that a schema that contains itself comes to an end. */
const optionalDepth = 4;
const mostDepth = 40;
/** Items of a list that may be longer. */
const usualItems = 3;

/**
 * A value of a JSON Schema (2020-12 and what came before): the first branch of `anyOf` and `oneOf` that a value can be made
 * for, the parts of `allOf` together, `$ref` inside the document. Throws Unsupported.
 */
export function schemaSample(root: unknown, random: Random): unknown {
  return new Sampler(root, random).value(root, '', 0);
}

class Sampler {
  readonly #root: unknown;
  readonly #random: Random;

  constructor(root: unknown, random: Random) {
    this.#root = root;
    this.#random = random;
  }

  value(schema: unknown, path: string, depth: number): unknown {
    if (schema === true) return null;
    if (!isObject(schema)) throw new Unsupported(path, 'it allows no value');
    if (depth > mostDepth) throw new Unsupported(path, 'it contains itself without an end');
    const keyword = unfollowed.find((word) => word in schema);
    if (keyword !== undefined) throw new Unsupported(path, `"${keyword}" is not followed`);
    const again = (...parts: readonly unknown[]) => this.value(merged(parts, path), path, depth + 1);
    if ('$ref' in schema) return again(referred(this.#root, schema.$ref, path), without(schema, '$ref'));
    if (Array.isArray(schema.allOf)) return again(...schema.allOf, without(schema, 'allOf'));
    for (const key of ['anyOf', 'oneOf'])
      if (Array.isArray(schema[key])) return firstFit(schema[key], (branch) => again(branch, without(schema, key)));
    if ('const' in schema) return schema.const;
    if (Array.isArray(schema.enum)) return this.#random.pick(schema.enum);
    return this.#typed(schema, path, depth);
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
    const least = numberOf(schema.minItems, 0);
    const usual = Math.max(least, first.length, depth > optionalDepth ? 0 : usualItems);
    const most = Math.min(numberOf(schema.maxItems, usual), rest === false ? first.length : usual);
    const wanted = least + this.#random.below(Math.max(0, most - least) + 1);
    const found = new Map<string, unknown>();
    for (let tries = 0; found.size < wanted && tries < 10 * wanted; tries++) {
      const index = found.size;
      const [part, where] = index < first.length ? [first[index], `prefixItems/${index}`] : [rest, 'items'];
      const item = this.value(part, `${path}/${where}`, depth + 1);
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
    const [, matching = additionalProperties] = patterns.find(([pattern]) => new RegExp(pattern, 'u').test(name)) ?? [];
    return this.value(matching, `${path}/additionalProperties`, depth + 1);
  }
}

/** The value of the first branch there is one for; else what is wrong with the first. */
function firstFit(branches: readonly unknown[], sample: (branch: unknown) => unknown): unknown {
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
