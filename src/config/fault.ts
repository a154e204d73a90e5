import { type ErrorCode, McpbError } from '../errors.ts';

/** Line and column, both from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface Fault extends Position {
  readonly message: string;
}

/** `file:line:column message`, one line a fault, in the order of the file. */
export function formatFaults(file: string, faults: readonly Fault[]): string {
  const sorted = faults.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const lines = sorted.map((fault) => `${file}:${fault.line}:${fault.column} ${fault.message}`);
  return [...new Set(lines)].join('\n');
}

export function faultsError(code: ErrorCode, file: string, faults: readonly Fault[], hint?: string): McpbError {
  return new McpbError(code, formatFaults(file, faults), hint === undefined ? {} : { hint });
}
