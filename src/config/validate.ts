import { z } from 'zod';
import type { ConfigDocument, Path } from './document.ts';
import type { Fault } from './fault.ts';
import { didYouMean } from './suggest.ts';

type Issue = z.core.$ZodIssue;

export interface Validated<T> {
  /** Undefined when there is any fault. */
  readonly value: T | undefined;
  readonly faults: readonly Fault[];
}

/** What is wrong with a value: at a key, or with what stands under it. */
export interface Problem {
  readonly path: Path;
  readonly part: 'key' | 'value';
  readonly message: string;
}

/** What is said of words that stand where they are not accepted, instead of `unknown key` or `is not one of`. */
export type Remarks = ReadonlyMap<string, string>;

/** Checks a document against a schema; every fault carries its position. */
export function validate<T>(document: ConfigDocument, schema: z.ZodType<T>, remarks?: Remarks): Validated<T> {
  if (document.value === undefined && document.faults.length > 0) return { value: undefined, faults: document.faults };
  const { value, problems } = check(document.value, schema, remarks);
  const located = problems.map(({ path, part, message }) => ({ ...document.locate(path, part), message }));
  const consequence = (fault: Fault): boolean =>
    document.faults.some(({ line, column }) => line === fault.line && column === fault.column);
  const faults = [...document.faults, ...located.filter((fault) => !consequence(fault))];
  return { value: faults.length === 0 ? value : undefined, faults };
}

/** Checks a value against a schema and says every problem in words. */
export function check<T>(
  value: unknown,
  schema: z.ZodType<T>,
  remarks: Remarks = new Map(),
): { value: T | undefined; problems: readonly Problem[] } {
  const parsed = schema.safeParse(value);
  const issues = parsed.error?.issues ?? [];
  const translator = new Translator(value, schema, remarks);
  const undecided = issues.find(isUndecided);
  if (!undecided) {
    for (const issue of issues) translator.issue(issue, []);
    return { value: parsed.data, problems: translator.problems };
  }
  translator.issue(undecided, []);
  const rest = check(decided(value, undecided, schema), schema, remarks);
  return { value: undefined, problems: [...translator.problems, ...rest.problems] };
}

type Undecided = z.core.$ZodIssueInvalidUnion & { readonly options: readonly unknown[] };

/** A word that should decide between branches decides for none, which hides every other fault beside it. */
function isUndecided(issue: Issue): issue is Undecided {
  return issue.code === 'invalid_union' && 'options' in issue;
}

/** The value with the word that leaves the fewest other faults. */
function decided(value: unknown, { path, options }: Undecided, schema: z.ZodType): unknown {
  const words = options.filter((option) => typeof option === 'string');
  const candidates = words.map((word) => {
    const candidate = structuredClone(value);
    (valueAt(candidate, path.slice(0, -1)) as Record<PropertyKey, unknown>)[path.at(-1)!] = word;
    return { candidate, faults: faultiness(schema.safeParse(candidate).error?.issues ?? [], candidate) };
  });
  return candidates.toSorted((a, b) => a.faults - b.faults)[0].candidate;
}

class Translator {
  readonly problems: Problem[] = [];
  readonly #value: unknown;
  readonly #schema: z.ZodType;
  readonly #remarks: Remarks;

  constructor(value: unknown, schema: z.ZodType, remarks: Remarks) {
    this.#value = value;
    this.#schema = schema;
    this.#remarks = remarks;
  }

  issue(issue: Issue, parent: Path): void {
    const path = [...parent, ...issue.path];
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) this.#unknownKey([...path, key], key);
    else if (issue.code === 'invalid_union') this.#union(issue, path);
    else if (issue.code === 'invalid_key') this.#add(path, 'key', issue.issues[0].message);
    else if (issue.code === 'invalid_value') this.#add(path, 'value', this.#notOneOf(issue.values, path));
    else this.#add(path, 'value', issue.code === 'invalid_type' ? this.#wrongType(issue, path) : issue.message);
  }

  #unknownKey(path: Path, key: string): void {
    const known = keysOf(this.#schema);
    const stray = known.has(key) ? `"${key}" does not belong here` : `unknown key "${key}"${didYouMean(key, known)}`;
    this.#add(path, 'key', this.#remarks.get(key) ?? stray);
  }

  /** Reports the branch the author most likely meant, or what the union as a whole expects. */
  #union(issue: z.core.$ZodIssueInvalidUnion, path: Path): void {
    const given = valueAt(this.#value, path);
    const [closest = []] = issue.errors.toSorted((a, b) => faultiness(a, given) - faultiness(b, given));
    if (isUndecided(issue)) this.#add(path, 'value', this.#notOneOf(issue.options, path));
    else if (closest.some((inner) => isForeign(inner, given)))
      this.#add(
        path,
        'value',
        this.#remarkOn(path) ?? (given === undefined ? missing(path, issue.message) : issue.message),
      );
    else for (const inner of closest) this.issue(inner, path);
  }

  #notOneOf(accepted: readonly unknown[], path: Path): string {
    const given = valueAt(this.#value, path);
    const words = accepted.filter((word) => word !== undefined && word !== null).map(String);
    if (given === undefined) return missing(path, `one of ${words.join(', ')}`);
    if (typeof given !== 'string') return `expected one of ${words.join(', ')}`;
    return this.#remarkOn(path) ?? `"${given}" is not one of ${words.join(', ')}${didYouMean(given, words)}`;
  }

  #wrongType(issue: z.core.$ZodIssueInvalidType, path: Path): string {
    const given = valueAt(this.#value, path);
    if (given === undefined && path.length > 0) return `${String(path.at(-1))} is missing`;
    return this.#remarkOn(path) ?? `expected ${typeNames[issue.expected] ?? issue.expected}, found ${typeName(given)}`;
  }

  /** The remark on a word, or on the first key of a map that has one. */
  #remarkOn(path: Path): string | undefined {
    const given = valueAt(this.#value, path);
    const words = typeof given === 'object' && given !== null ? Object.keys(given) : [String(given)];
    return words.map((word) => this.#remarks.get(word)).find((remark) => remark !== undefined);
  }

  #add(path: Path, part: 'key' | 'value', message: string): void {
    this.problems.push({ path, part, message });
  }
}

const typeNames: Readonly<Record<string, string>> = {
  object: 'a map',
  record: 'a map',
  array: 'a list',
  string: 'text',
  number: 'a number',
};

function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeNames[typeof value] ?? `${value}`;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>((part, key) => (part as Record<PropertyKey, unknown> | null | undefined)?.[key], value);
}

function missing(path: Path, expected: string): string {
  return path.length === 0 ? expected : `${String(path.at(-1))} is missing: ${expected}`;
}

/** How far a value is from a branch of a union: one a fault, unknown keys each, another kind of value far away. */
function faultiness(issues: readonly Issue[], given: unknown): number {
  let total = 0;
  for (const issue of issues) {
    if (issue.code === 'unrecognized_keys') total += issue.keys.length;
    else total += isForeign(issue, given) ? 100 : 1;
  }
  return total;
}

/** Whether a branch is for another kind of value altogether. */
function isForeign(issue: Issue, given: unknown): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_union' && !isUndecided(issue))
    return issue.errors.every((branch) => branch.some((inner) => isForeign(inner, given)));
  return issue.code === 'invalid_type' || (issue.code === 'invalid_value' && typeof given !== 'string');
}

/** Every key the schema knows anywhere, as candidates for a suggestion. */
function keysOf(schema: z.ZodType): Set<string> {
  const keys = new Set<string>();
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    if ('properties' in part && part.properties) for (const key of Object.keys(part.properties)) keys.add(key);
    for (const child of Object.values(part)) visit(child);
  };
  visit(z.toJSONSchema(schema, { io: 'input' }));
  return keys;
}
