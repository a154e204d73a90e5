import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { readDocument } from '../config/document.ts';
import type { Environment } from '../config/environment.ts';
import { faultsError } from '../config/fault.ts';
import { validate } from '../config/validate.ts';
import { McpbError } from '../errors.ts';

/** What people say of the machines and networks of a run that no program can find out. */
export type Declared = Readonly<Record<string, unknown>>;

const declaredSchema = z.record(z.string(), z.unknown());

/**
 * Keys and values of a YAML file, as they stand. Throws McpbError MCPB_E_FILE where it cannot be read, MCPB_E_CONFIG with
 * every fault.
 */
export function readDeclared(path: string, env: Environment): Declared {
  const document = readDocument(textOf(path), path, env);
  const { value, faults } = validate(document, declaredSchema);
  if (value === undefined)
    throw faultsError('MCPB_E_CONFIG', path, faults, 'it holds keys and values, such as `gateway: { cpu: 8 vCPU }`');
  return value;
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new McpbError('MCPB_E_FILE', `cannot read ${path}: ${code}`, {
      hint: '--environment names a YAML file that says what the run was made on',
      cause,
    });
  }
}
