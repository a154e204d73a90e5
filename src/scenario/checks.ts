import { McpbError } from '../errors.ts';

/** A check of one reply: a JSONPath that must exist, or path, operator and literal. */
export interface CheckPlan {
  readonly name: string;
  /** Member names and array indexes below `$`. */
  readonly path: readonly (string | number)[];
  readonly operator?: '==' | '!=' | '<' | '<=' | '>' | '>=' | 'contains';
  readonly literal?: string | number | boolean | null;
}

type Literal = NonNullable<CheckPlan['literal']> | null;

const grammar = /^(\$\S*?|\$.*?[\]])\s*(?:(==|!=|<=|>=|<|>|\bcontains\b)\s*(.+))?$/;
const segment = /\.([A-Za-z_][\w-]*)|\[(\d+)\]|\['([^']*)'\]|\["([^"]*)"\]/y;

/** Parses `$.result` or `$.result.tools[0].name == 'echo'`. Throws McpbError MCPB_E_USAGE. */
export function parseCheck(name: string, text: string): CheckPlan {
  const match = grammar.exec(text.trim());
  const path = match ? parsePath(match[1]) : undefined;
  if (!match || !path) throw faulty(name, text);
  if (match[2] === undefined) return { name, path };
  const literal = parseLiteral(match[3]);
  if (literal === undefined) throw faulty(name, text);
  return { name, path, operator: match[2] as NonNullable<CheckPlan['operator']>, literal };
}

/**
 * Whether a parsed reply passes. As in RFC 9535 a path that leads nowhere equals nothing, so it fails every
 * comparison except `!=`; order is defined between two numbers or two strings.
 */
export function evaluateCheck(check: CheckPlan, reply: unknown): boolean {
  const value = valueAt(check.path, reply);
  if (check.operator === undefined) return value !== undefined;
  const literal = check.literal as Literal;
  if (check.operator === '==') return value === literal;
  if (check.operator === '!=') return value !== literal;
  if (check.operator === 'contains') return contains(value, literal);
  return ordered(check.operator, value, literal);
}

/** What stands at a path of a parsed reply; undefined where it leads nowhere. */
export function valueAt(path: CheckPlan['path'], reply: unknown): unknown {
  let value = reply;
  for (const key of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return undefined;
    value = (value as Record<string | number, unknown>)[key];
  }
  return value;
}

function contains(value: unknown, literal: Literal): boolean {
  if (typeof value === 'string') return typeof literal === 'string' && value.includes(literal);
  return Array.isArray(value) && value.includes(literal);
}

function ordered(operator: '<' | '<=' | '>' | '>=', value: unknown, literal: Literal): boolean {
  const comparable =
    (typeof value === 'number' && typeof literal === 'number') ||
    (typeof value === 'string' && typeof literal === 'string');
  if (!comparable) return false;
  if (operator === '<') return value < literal;
  if (operator === '<=') return value <= literal;
  return operator === '>' ? value > literal : value >= literal;
}

/** `$.result.tools[0]` as member names and indexes; undefined when it is no path. */
export function parsePath(text: string): (string | number)[] | undefined {
  if (!text.startsWith('$')) return undefined;
  const path: (string | number)[] = [];
  segment.lastIndex = 1;
  while (segment.lastIndex < text.length) {
    const match = segment.exec(text);
    if (!match) return undefined;
    path.push(match[2] === undefined ? (match[1] ?? match[3] ?? match[4]) : Number(match[2]));
  }
  return path;
}

function parseLiteral(text: string): Literal | undefined {
  const quoted = /^'([^']*)'$/.exec(text) ?? /^"([^"]*)"$/.exec(text);
  if (quoted) return quoted[1];
  if (text === 'true' || text === 'false') return text === 'true';
  if (text === 'null') return null;
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}

function faulty(name: string, text: string): McpbError {
  return new McpbError(
    'MCPB_E_USAGE',
    `check "${name}": "${text}" is not a path, or a path, an operator and a literal`,
    {
      hint: `write it like $.result or $.result.tools[0].name == 'echo'`,
    },
  );
}
