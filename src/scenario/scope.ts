import { didYouMean } from '../config/suggest.ts';
import type { Feeder } from './data.ts';
import type { DataField, FieldPlan } from './fields.ts';
import type { Expression } from './template.ts';

/** What names mean at one step. */
export interface Scope {
  readonly feeders: readonly Feeder[];
  /** Captured by earlier calls of the iteration. */
  readonly captures: ReadonlySet<string>;
  /** Captured by any call of the scenario. */
  readonly capturesAnywhere: ReadonlySet<string>;
}

/** Fixed widths: a request does not change its length with the load. */
const vuDigits = 7;
const iterationDigits = 10;

/** The field an expression stands for, or in words why there is none. */
export function fieldOf(expression: Expression, scope: Scope): FieldPlan | string {
  const { written, source, digits, as } = expression;
  if (as === 'number' && source !== 'data') return `{{${written}}}: only a column of data can be sent as a number`;
  if (source === 'data') return dataField(expression, scope);
  if (source === 'capture') return captureField(expression, scope);
  return { written, source, digits: source === 'vu' ? vuDigits : source === 'iteration' ? iterationDigits : digits };
}

function captureField({ written, name }: Expression, scope: Scope): FieldPlan | string {
  if (scope.captures.has(name)) return { written, source: 'capture', name };
  if (scope.capturesAnywhere.has(name)) return `{{${written}}}: "${name}" is captured by no earlier call`;
  return `{{${written}}}: there is no "${name}"${didYouMean(name, known(scope))}`;
}

function dataField({ written, name, as }: Expression, scope: Scope): FieldPlan | string {
  const { feeders } = scope;
  if (feeders.length === 0) return `{{${written}}}: the scenario has no data`;
  const places = columnsNamed(name, feeders);
  if (places.length === 0)
    return `{{${written}}}: no data has a column "${name}"${didYouMean(`data.${name}`, known(scope))}`;
  if (places.length > 1)
    return `{{${written}}}: which one is meant, ${places.map((place) => `data.${feeders[place.feeder].name}.${place.column}`).join(' or ')}?`;
  const field: DataField = { written, source: 'data', ...places[0], ...(as === 'number' && { number: true as const }) };
  return faultyRow(field, feeders[field.feeder]) ?? field;
}

/** `COLUMN`, or `FEEDER.COLUMN`. */
function columnsNamed(name: string, feeders: readonly Feeder[]): { feeder: number; column: string }[] {
  return feeders.flatMap((feeder, index) => {
    const inside = name.startsWith(`${feeder.name}.`) ? name.slice(feeder.name.length + 1) : undefined;
    if (inside !== undefined && feeder.columns.has(inside)) return [{ feeder: index, column: inside }];
    return feeder.columns.has(name) ? [{ feeder: index, column: name }] : [];
  });
}

function faultyRow({ written, column, number }: DataField, { file, rows }: Feeder): string | undefined {
  const missing = rows.find(({ values }) => !Object.hasOwn(values, column));
  if (missing) return `{{${written}}}: ${file}:${missing.line} has no "${column}"`;
  const text = number && rows.find(({ values }) => !isNumber(values[column]));
  return text && `{{${written}}}: ${file}:${text.line} has ${JSON.stringify(text.values[column])}, which is no number`;
}

/** A JSON number, or a text that is one. */
function isNumber(value: unknown): boolean {
  return /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i.test(String(value)) && Number.isFinite(Number(value));
}

function known({ feeders, captures }: Scope): string[] {
  return ['vu', 'iteration', 'random', ...captures, ...feeders.flatMap((feeder) => columnWords(feeder, feeders))];
}

function columnWords({ name, columns }: Feeder, feeders: readonly Feeder[]): string[] {
  return [...columns].map((column) =>
    feeders.some((other) => other.name !== name && other.columns.has(column))
      ? `data.${name}.${column}`
      : `data.${column}`,
  );
}
