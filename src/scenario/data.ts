import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { formatBytes, formatCount } from '../units.ts';
import { parseCsv } from './csv.ts';

/** A data file as a scenario declares it. */
export interface DeclaredFeeder {
  readonly name: string;
  readonly format: 'csv' | 'ndjson';
  readonly file: string;
  readonly pick: 'random' | 'sequential';
}

/** A data file that was read. */
export interface Feeder extends Omit<DeclaredFeeder, 'format'> {
  /** sha256 (hex) of the file's bytes. */
  readonly sha256: string;
  readonly rows: readonly Row[];
  readonly columns: ReadonlySet<string>;
}

export interface Row {
  /** Where it begins in the file, from 1. */
  readonly line: number;
  readonly values: Readonly<Record<string, unknown>>;
}

const maxFileBytes = 64 * 1024 * 1024;
const maxRows = 1_000_000;
/** Faults told of one file. */
const maxFaults = 5;

type Rows = Pick<Feeder, 'rows' | 'columns'>;
type Report = (message: string) => void;

/** Reads a data file; what is wrong with it is reported as `file:line message`. Undefined when there is anything. */
export function readFeeder(declared: DeclaredFeeder, folder: string, report: Report): Feeder | undefined {
  const { name, format, file, pick } = declared;
  const bytes = bytesOf(resolve(folder, file), file, report);
  const text = bytes && textOf(bytes, file, report);
  if (bytes === undefined || text === undefined) return undefined;
  const faults: string[] = [];
  const { rows, columns } = (format === 'csv' ? csvRows : ndjsonRows)(text, (line, message) => {
    faults.push(`${file}:${line} ${message}`);
  });
  if (rows.length === 0 && faults.length === 0) faults.push(`${file} has no rows`);
  if (rows.length > maxRows)
    faults.push(`${file} has ${formatCount(rows.length)} rows, more than ${formatCount(maxRows)}`);
  for (const fault of faults.slice(0, maxFaults)) report(fault);
  if (faults.length > maxFaults) report(`${file}: ${faults.length - maxFaults} more faults of this kind`);
  if (faults.length > 0) return undefined;
  return { name, file, pick, sha256: createHash('sha256').update(bytes).digest('hex'), rows, columns };
}

function bytesOf(path: string, file: string, report: Report): Buffer | undefined {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isFile() !== true) report(`there is no file ${path}`);
  else if (stat.size > maxFileBytes)
    report(`${file} has ${formatBytes(stat.size)}, more than ${formatBytes(maxFileBytes)}`);
  else return readFileSync(path);
  return undefined;
}

function textOf(bytes: Buffer, file: string, report: Report): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    report(`${file} is not UTF-8`);
    return undefined;
  }
}

type Fault = (line: number, message: string) => void;

/** The first record names the columns. */
function csvRows(text: string, fault: Fault): Rows {
  const { records, fault: broken } = parseCsv(text);
  const [header, ...rest] = records;
  if (broken) fault(broken.line, broken.message);
  if (header === undefined) return { rows: [], columns: new Set() };
  const columns = new Set(header.fields);
  if (columns.size < header.fields.length) fault(header.line, 'two columns have the same name');
  if (columns.has('')) fault(header.line, 'a column has no name');
  const rows = rest.map(({ line, fields }) => {
    if (fields.length !== header.fields.length)
      fault(line, `the row has ${fields.length} fields, the header ${header.fields.length}`);
    return { line, values: Object.fromEntries(header.fields.map((name, i) => [name, fields[i]])) };
  });
  return { rows, columns };
}

/** Every line is one JSON object, its keys the columns. */
function ndjsonRows(text: string, fault: Fault): Rows {
  const rows: Row[] = [];
  const columns = new Set<string>();
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const values = objectOf(line);
    if (values === undefined) fault(index + 1, 'the line is not a JSON object');
    else rows.push({ line: index + 1, values });
    for (const name of Object.keys(values ?? {})) columns.add(name);
  }
  return { rows, columns };
}

function objectOf(line: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
