import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Disturbance } from './disturbance.ts';

/** What a piece measured and what disturbed it. */
export interface Entry {
  readonly value: unknown;
  readonly disturbance: Disturbance;
}

/** Entries by the name of the piece: a file with one JSON document a line, so that a bench can stop and go on. */
export interface Journal {
  get(name: string): Entry | undefined;
  add(name: string, entry: Entry): Promise<void>;
}

interface Line extends Entry {
  readonly commit: string;
  readonly name: string;
}

/** Begins anew, or goes on with what was measured of this commit. */
export async function openJournal(file: string, commit: string, resume: boolean): Promise<Journal> {
  const kept = resume ? (await linesOf(file)).filter((line) => line.commit === commit) : [];
  const byName = new Map<string, Entry>(kept.map((line) => [line.name, line]));
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, kept.map(text).join(''));
  return {
    get: (name) => byName.get(name),
    async add(name, entry) {
      byName.set(name, entry);
      await appendFile(file, text({ ...entry, commit, name }));
    },
  };
}

const text = (line: Line) => `${JSON.stringify(line)}\n`;

async function linesOf(file: string): Promise<Line[]> {
  try {
    return (await readFile(file, 'utf8'))
      .split('\n')
      .filter(Boolean)
      .map((text) => JSON.parse(text));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
