import { McpbError } from '../errors.ts';

/** What stands between `{{` and `}}`, taken apart but not looked up yet. */
export interface Expression {
  readonly written: string;
  readonly source: 'vu' | 'iteration' | 'random' | 'data' | 'capture';
  /** random: how many digits. */
  readonly digits: number;
  /** data: what follows `data.`; capture: its name. */
  readonly name: string;
  /** `string(…)` and `number(…)`: how the value is sent where it is the whole value. */
  readonly as?: 'string' | 'number';
}

export const mostDigits = 15;

/** Words of the grammar: no capture may be called so. */
export const templateWords: readonly string[] = ['vu', 'iteration', 'random', 'data', 'string', 'number'];

const closed = /\{\{\s*(?:'([^']*)'|"([^"]*)"|([^{}'"]*?))\s*\}\}/y;
const converted = /^(string|number)\(\s*(.*?)\s*\)$/;

export function isTemplate(text: string): boolean {
  return text.includes('{{');
}

/**
 * The parts of a text with templates: literal text and expressions.
 *
 *     expression = 'literal' | source | string(source) | number(source)
 *     source     = vu | iteration | random(DIGITS) | data.COLUMN | data.FEEDER.COLUMN | CAPTURE
 *
 * Throws McpbError MCPB_E_USAGE.
 */
export function parseTemplate(text: string): readonly (string | Expression)[] {
  const parts: (string | Expression)[] = [];
  let from = 0;
  for (let at = text.indexOf('{{'); at >= 0; at = text.indexOf('{{', from)) {
    closed.lastIndex = at;
    const found = closed.exec(text);
    if (!found) throw faulty(`"${text.slice(at, at + 20)}" is not a template: no }} closes it`, literalHint);
    if (at > from) parts.push(text.slice(from, at));
    parts.push(found[3] === undefined ? (found[1] ?? found[2]) : parseExpression(found[3]));
    from = closed.lastIndex;
  }
  if (from < text.length) parts.push(text.slice(from));
  return parts;
}

const literalHint = `braces as they are: {{'{{'}}`;

function parseExpression(written: string): Expression {
  const conversion = converted.exec(written);
  const source = parseSource(written, conversion?.[2] ?? written);
  return conversion ? { ...source, as: conversion[1] as 'string' | 'number' } : source;
}

function parseSource(written: string, text: string): Expression {
  const none = { written, digits: 0, name: '' };
  if (text === 'vu' || text === 'iteration') return { ...none, source: text };
  if (/^random\b/.test(text)) return { ...none, source: 'random', digits: digitsOf(written, text) };
  if (text.startsWith('data.') && text.length > 5) return { ...none, source: 'data', name: text.slice(5) };
  if (/^[A-Za-z_]\w*$/.test(text) && !templateWords.includes(text)) return { ...none, source: 'capture', name: text };
  throw faulty(`{{${written}}} is not a template`, 'vu, iteration, random(8), data.COLUMN, or the name of a capture');
}

function digitsOf(written: string, text: string): number {
  const digits = Number(/^random\((\d+)\)$/.exec(text)?.[1]);
  if (digits >= 1 && digits <= mostDigits) return digits;
  throw faulty(`{{${written}}} needs a number of digits from 1 to ${mostDigits}`, 'such as {{random(8)}}');
}

function faulty(message: string, hint: string): McpbError {
  return new McpbError('MCPB_E_USAGE', `${message} (${hint})`);
}
