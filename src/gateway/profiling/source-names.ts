import { readFileSync } from 'node:fs';
import type { Runtime } from 'node:inspector';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A function in a profile: its name, its file, and the line it begins in, from 1. */
export interface Frame {
  readonly name: string;
  readonly file: string;
  readonly line: number;
}

/** Tells where functions were written: where a file has a source map beside it, in its source. */
export class SourceNames {
  readonly #maps = new Map<string, SourceMap | undefined>();

  frameOf({ functionName, url, lineNumber, columnNumber }: Runtime.CallFrame): Frame {
    const name = functionName || '(anonymous)';
    if (!url.startsWith('file:')) return { name, file: url, line: lineNumber + 1 };
    const entry = this.#mapOf(url)?.findEntry(lineNumber, columnNumber);
    if (entry === undefined || !('originalSource' in entry))
      return { name, file: fileURLToPath(url), line: lineNumber + 1 };
    return { name, file: fileURLToPath(new URL(entry.originalSource, url)), line: entry.originalLine + 1 };
  }

  #mapOf(url: string): SourceMap | undefined {
    if (!this.#maps.has(url)) this.#maps.set(url, readMap(url));
    return this.#maps.get(url);
  }
}

function readMap(url: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(new URL(`${url}.map`), 'utf8')));
  } catch {
    return undefined;
  }
}
