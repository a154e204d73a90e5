import {
  type Alias,
  type Document,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  stringify,
} from 'yaml';
import { type Environment, References } from './environment.ts';
import type { Fault, Position } from './fault.ts';

export type Path = readonly PropertyKey[];

/** A parsed file: its plain value, where each part of it stands, and what was wrong with it so far. */
export interface ConfigDocument {
  readonly file: string;
  readonly value: unknown;
  readonly faults: readonly Fault[];
  /** Position of a key or of its value; of the nearest parent that is written when the part itself is absent. */
  locate(path: Path, part: 'key' | 'value'): Position;
}

const maxAliases = 100;
const start: Position = { line: 1, column: 1 };

/** Parses YAML (or JSON). Never throws on a faulty text: a syntax fault leaves `value` undefined. */
export function readDocument(text: string, file: string, env: Environment): ConfigDocument {
  const lines = new LineCounter();
  const references = new References(text);
  const parsed = parseDocument(references.hide(text), { lineCounter: lines, prettyErrors: false });
  const reader = new Reader(parsed, lines, references, env);
  for (const problem of [...parsed.errors, ...parsed.warnings]) reader.fault(problem.pos[0], problem.message);
  const readable = parsed.errors.every((error) => error.code === 'DUPLICATE_KEY');
  const value = readable && parsed.contents ? reader.read(parsed.contents, []) : undefined;
  return { file, value, faults: reader.faults, locate: (path, part) => reader.locate(path, part) };
}

/** A plain value as YAML; keys without a value are left out. */
export function writeDocument(value: object): string {
  return stringify(value);
}

class Reader {
  readonly faults: Fault[] = [];
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #references: References;
  readonly #env: Environment;
  readonly #positions = new Map<string, Position>();
  #aliases = 0;

  constructor(document: Document, lines: LineCounter, references: References, env: Environment) {
    this.#document = document;
    this.#lines = lines;
    this.#references = references;
    this.#env = env;
  }

  fault(offset: number, message: string): void {
    this.faults.push({ ...this.#position(offset), message: this.#references.show(message) });
  }

  read(node: Node, path: Path): unknown {
    const offset = node.range?.[0] ?? 0;
    this.#positions.set(address(path, 'value'), this.#position(offset));
    if (isMap(node)) return this.#readMap(node.items as { key: Node; value: Node | null }[], path);
    if (isSeq(node)) return node.items.map((item, index) => this.read(item as Node, [...path, index]));
    if (isAlias(node)) return this.#readAlias(node, path, offset);
    if (!isScalar(node) || typeof node.value !== 'string') return isScalar(node) ? node.value : undefined;
    return this.#references.expand(node.value, this.#env, (name) =>
      this.fault(offset, `environment variable ${name} is not set`),
    );
  }

  locate(path: Path, part: 'key' | 'value'): Position {
    for (let length = path.length; length >= 0; length--) {
      const parent = path.slice(0, length);
      const found =
        (part === 'key' && this.#positions.get(address(parent, 'key'))) ||
        this.#positions.get(address(parent, 'value'));
      if (found) return found;
    }
    return start;
  }

  #readMap(items: readonly { key: Node; value: Node | null }[], path: Path): Record<string, unknown> {
    const result: Record<string, unknown> = Object.create(null);
    for (const { key, value } of items) {
      const offset = key.range?.[0] ?? 0;
      if (!isScalar(key)) {
        this.fault(offset, 'a key must be a plain word');
        continue;
      }
      const name = this.#references.show(String(key.value));
      this.#positions.set(address([...path, name], 'key'), this.#position(offset));
      result[name] = value ? this.read(value, [...path, name]) : null;
    }
    return result;
  }

  #readAlias(node: Alias, path: Path, offset: number): unknown {
    const anchored = node.resolve(this.#document);
    if (anchored && ++this.#aliases <= maxAliases) return this.read(anchored, path);
    this.fault(
      offset,
      anchored ? `more than ${maxAliases} aliases` : `no anchor "${node.source}" stands before this alias`,
    );
    return undefined;
  }

  #position(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }
}

function address(path: Path, part: 'key' | 'value'): string {
  return `${part}${JSON.stringify(path)}`;
}
