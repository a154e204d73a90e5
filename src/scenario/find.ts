import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { nearest } from '../config/suggest.ts';
import { McpbError } from '../errors.ts';
import { bundledNames, bundledPath } from './bundled.ts';
import { isMethod, methods } from './operations.ts';

/** What a bare word on the command line means; undefined when it is neither. */
export function classifyArgument(word: string, cwd: string): 'scenario' | 'operation' | undefined {
  if (bundledNames.includes(word) || isFile(resolve(cwd, word))) return 'scenario';
  return isMethod(word) ? 'operation' : undefined;
}

/** Path of a bundled scenario or of a file. Throws McpbError MCPB_E_SCENARIO_NOT_FOUND. */
export function locateScenario(nameOrPath: string, cwd: string): string {
  if (bundledNames.includes(nameOrPath)) return bundledPath(nameOrPath);
  const path = resolve(cwd, nameOrPath);
  if (isFile(path)) return path;
  const near = nearest(nameOrPath, [...bundledNames, ...methods]);
  throw new McpbError(
    'MCPB_E_SCENARIO_NOT_FOUND',
    `there is no scenario "${nameOrPath}"${near ? ` — did you mean "${near}"?` : ''}`,
    {
      hint: `bundled scenarios: ${bundledNames.join(', ')}; anything else is the path of a file, or for load an MCP method such as tools/list`,
    },
  );
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? false;
}
