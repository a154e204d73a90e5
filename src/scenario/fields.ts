/** A place of a request body that changes from exchange to exchange, and what it is filled with. */
export type FieldPlan = NumberField | DataField | CaptureField | SchemaField;

/** A number of fixed width: patched into prepared bytes, as the id is. */
export interface NumberField {
  /** What stands between the braces. */
  readonly written: string;
  readonly source: 'vu' | 'iteration' | 'random';
  readonly digits: number;
}

/** A column of the row that the iteration uses. */
export interface DataField {
  readonly written: string;
  readonly source: 'data';
  /** Place in the plan's list of feeders. */
  readonly feeder: number;
  readonly column: string;
  /** A text that spells a JSON number is sent as this number. */
  readonly number?: true;
}

/** What an earlier call of the same iteration took from its reply. */
export interface CaptureField {
  readonly written: string;
  readonly source: 'capture';
  readonly name: string;
}

/** All arguments of a call, made from what the target says the tool takes. */
export interface SchemaField {
  readonly written: typeof fromSchema;
  readonly source: 'schema';
  readonly tool: string;
}

/** What a scenario says in the place of such arguments. */
export const fromSchema = 'fromSchema';

/** Different arguments that are made for one call before the start. */
export const schemaVariants = 1000;

/** Where a field stands. `bare`: it is a JSON value of its own, not part of a string. */
export interface Place<Field = FieldPlan> {
  readonly field: Field;
  readonly bare: boolean;
}

/*
 * In a plan a field stands as a mark inside a JSON string, so that the body is JSON all the way: U+E000, the number of
 * the field, U+E001; or U+E002 where the string is nothing but the mark and stands for a JSON value. A mark without
 * a number is U+E000 itself.
 */
const open = '\uE000';
const closeText = '\uE001';
const closeBare = '\uE002';
const marks = /"\uE000(\d+)\uE002"|\uE000(\d*)\uE001/g;

export function mark(field: number, bare: boolean): string {
  return `${open}${field}${bare ? closeBare : closeText}`;
}

/** Literal text that stands beside marks. */
export function unmarked(text: string): string {
  return text.replaceAll(open, open + closeText);
}

/** A body in which there is nothing but literal text. */
export function unmarkedBody(body: string): string {
  return body.replaceAll(open + closeText, open);
}

/** A body as text to be sent and the places between. */
export function bodyParts(body: string, fields: readonly FieldPlan[]): (string | Place)[] {
  const parts: (string | Place)[] = [];
  let from = 0;
  for (const found of body.matchAll(marks)) {
    if (found.index > from) parts.push(body.slice(from, found.index));
    from = found.index + found[0].length;
    if (found[1] !== undefined) parts.push({ field: fields[Number(found[1])], bare: true });
    else parts.push(found[2] === '' ? open : { field: fields[Number(found[2])], bare: false });
  }
  if (from < body.length) parts.push(body.slice(from));
  return parts;
}

/** Fixed width: zeros before a number in a text; before a JSON number only white space may stand. */
export function numberText({ field, bare }: Place<NumberField>, value: number): string {
  return String(value).padStart(field.digits, bare ? ' ' : '0');
}

export function dataText({ field, bare }: Place<DataField>, value: unknown): string {
  return field.number && bare ? String(value) : valueText(value, bare);
}

/** A value as it stands in a JSON text: whole, or inside a string. */
export function valueText(value: unknown, bare: boolean): string {
  if (bare) return JSON.stringify(value);
  return JSON.stringify(typeof value === 'string' ? value : JSON.stringify(value)).slice(1, -1);
}

export function isNumberPlace(place: Place): place is Place<NumberField> {
  return 'digits' in place.field;
}

export function isDataPlace(place: Place): place is Place<DataField> {
  return place.field.source === 'data';
}

/** The body with its fields as they were written. */
export function writtenBody(body: string, fields: readonly FieldPlan[]): string {
  return bodyParts(body, fields)
    .map((part) => {
      if (typeof part === 'string') return part;
      const { written, source } = part.field;
      const template = source === 'schema' ? written : `{{${written}}}`;
      return part.bare ? `"${template}"` : template;
    })
    .join('');
}

/** Feeders that the fields take a row of. */
export function feedersOf(fields: readonly FieldPlan[]): number[] {
  return [...new Set(fields.flatMap((field) => (field.source === 'data' ? [field.feeder] : [])))];
}

/** The tool whose schema the arguments are made from. */
export function toolOf(fields: readonly FieldPlan[]): string | undefined {
  return fields.find((field) => field.source === 'schema')?.tool;
}

/** No pool of prepared requests can hold what these fields make: the body is put together for every exchange. */
export function isRendered(fields: readonly FieldPlan[]): boolean {
  return fields.some(({ source }) => source === 'capture') || feedersOf(fields).length > 1;
}
