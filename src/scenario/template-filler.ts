import type { Path } from '../config/document.ts';
import { McpbError } from '../errors.ts';
import { type FieldPlan, fromSchema, mark, unmarked } from './fields.ts';
import { fieldOf, type Scope } from './scope.ts';
import { type Expression, isTemplate, parseTemplate } from './template.ts';

/** A string of a JSON text, with its colon where it is a key. */
const jsonString = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

/** Puts marks in the place of one call's templates, and collects the fields they stand for. */
export class TemplateFiller {
  readonly fields: FieldPlan[] = [];
  readonly #scope: Scope;
  readonly #report: (path: Path, message: string) => void;

  /** `report` is told what is wrong with the template at a path of the call. */
  constructor(scope: Scope, report: (path: Path, message: string) => void) {
    this.#scope = scope;
    this.#report = report;
  }

  /** The value with a mark for every template in its texts. */
  fill(value: unknown, path: Path): unknown {
    if (typeof value === 'string') return isTemplate(value) ? this.#text(value, path) : unmarked(value);
    if (Array.isArray(value)) return value.map((part, index) => this.fill(part, [...path, index]));
    if (typeof value !== 'object' || value === null) return value;
    const members = Object.entries(value).map(([key, part]) => [unmarked(key), this.#member(key, part, path)]);
    return Object.fromEntries(members);
  }

  /** A mark for arguments made from the schema of a tool. */
  fillFromSchema(tool: string): string {
    return mark(this.fields.push({ written: fromSchema, source: 'schema', tool }) - 1, true);
  }

  /** The JSON text with a mark for every template in its strings, everything else as it was written. */
  fillJson(text: string, path: Path): string {
    return text.replace(jsonString, (token: string, colon: string | undefined) => {
      const value: string = JSON.parse(colon === undefined ? token : token.slice(0, -colon.length));
      if (colon !== undefined) {
        this.#member(value, '', path);
        return unmarked(token);
      }
      const filled = this.fill(value, path);
      return filled === value ? token : JSON.stringify(filled);
    });
  }

  #member(key: string, value: unknown, path: Path): unknown {
    if (isTemplate(key)) this.#report([...path, key], `"${key}": a template can be a value, not a key`);
    return this.fill(value, [...path, key]);
  }

  #text(text: string, path: Path): string {
    try {
      const parts = parseTemplate(text);
      return parts
        .map((part) => (typeof part === 'string' ? unmarked(part) : this.#mark(part, parts.length === 1, path)))
        .join('');
    } catch (error) {
      if (!(error instanceof McpbError)) throw error;
      this.#report(path, error.message);
      return '';
    }
  }

  #mark(expression: Expression, whole: boolean, path: Path): string {
    const field = fieldOf(expression, this.#scope);
    if (typeof field === 'string') {
      this.#report(path, field);
      return '';
    }
    if (expression.as === 'number' && !whole)
      this.#report(path, `{{${expression.written}}}: a number is a whole value, not part of a text`);
    return mark(this.fields.push(field) - 1, whole && expression.as !== 'string');
  }
}
