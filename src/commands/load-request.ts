import { McpbError } from '../errors.ts';
import { classifyArgument } from '../scenario/find.ts';
import type { PlanRequest } from '../scenario/resolve.ts';
import { overridesFrom } from './flags.ts';

type LoadFlags = Parameters<typeof overridesFrom>[0] & { readonly scenario?: string | undefined };

interface Words {
  readonly what: string | undefined;
  readonly name: string | undefined;
  readonly arguments: string | undefined;
}

/**
 * What a command line asks for. The first word is a scenario, or a method with its name and arguments; one that is
 * neither counts as a scenario that does not exist. Throws McpbError MCPB_E_USAGE.
 */
export function requestOf(words: Words, flags: LoadFlags, cwd: string): PlanRequest {
  const { what, name } = words;
  const overrides = overridesFrom(flags);
  if (what === undefined) return flags.scenario === undefined ? { overrides } : { scenario: flags.scenario, overrides };
  if (flags.scenario !== undefined)
    throw new McpbError(
      'MCPB_E_USAGE',
      `--scenario ${flags.scenario} already says what to run, "${what}" says it again`,
    );
  if (classifyArgument(what, cwd) === 'operation') return { operation: operationOf(what, words), overrides };
  if (name !== undefined) throw new McpbError('MCPB_E_USAGE', `"${what}" is not a method and takes no "${name}"`);
  return { scenario: what, overrides };
}

function operationOf(method: string, { name, arguments: json }: Words): NonNullable<PlanRequest['operation']> {
  return { method, ...(name !== undefined && { name }), ...(json !== undefined && { arguments: json }) };
}

/** `json=PATH` each → the paths. Throws McpbError MCPB_E_USAGE. */
export function outputPaths(outputs: readonly string[]): string[] {
  return outputs.map((output) => {
    const [, path] = /^json=(.+)$/.exec(output) ?? [];
    if (path === undefined)
      throw new McpbError('MCPB_E_USAGE', `--out: "${output}" is not supported`, {
        hint: 'write it like json=result.json',
      });
    return path;
  });
}
