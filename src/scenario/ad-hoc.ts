import { McpbError } from '../errors.ts';
import { fromSchema } from './fields.ts';
import type { ScenarioFile } from './load.ts';
import { type Call, callFaults } from './operations.ts';

/** An operation as typed on the command line. */
export interface Operation {
  readonly method: string;
  readonly name?: string;
  /** JSON text of an object, or `fromSchema`. */
  readonly arguments?: string;
}

/** A scenario of one call, its load to be said by settings alone. Throws McpbError MCPB_E_USAGE. */
export function adHocScenario(operation: Operation): ScenarioFile {
  const call: Call = operation;
  const messages = [...callFaults(call).map(({ message }) => message), ...argumentFaults(operation)];
  if (messages.length > 0)
    throw new McpbError('MCPB_E_USAGE', messages.join('\n'), {
      hint: `an operation is written METHOD [NAME] [ARGUMENTS], such as tools/call echo '{"message":"hi"}'`,
    });
  return {
    name: 'ad-hoc',
    thresholds: [],
    data: [],
    blocks: [{ name: 'default', path: [], block: { steps: [{ type: 'call', call }] } }],
    faults: (problems) => new McpbError('MCPB_E_USAGE', problems.map(({ message }) => message).join('\n')),
  };
}

function argumentFaults({ arguments: text }: Operation): string[] {
  if (text === undefined || text === fromSchema) return [];
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? []
      : [`the arguments are not a JSON object: ${text}`];
  } catch (error) {
    return [`the arguments are not JSON: ${(error as Error).message}`];
  }
}
