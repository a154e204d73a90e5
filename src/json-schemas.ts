import { gatewayJsonSchema } from './gateway/configuration/schema.ts';
import { resultJsonSchema } from './results/result-schema.ts';
import { configJsonSchema, scenarioJsonSchema } from './scenario/json-schema.ts';

/** A document with a JSON Schema, and where the package has that schema as a file. */
interface JsonSchema {
  readonly file: string;
  readonly make: () => Record<string, unknown>;
}

/** Files that a person writes, and the result that a run leaves. */
export const jsonSchemas = {
  scenario: { file: 'scenarios/scenario.schema.json', make: scenarioJsonSchema },
  config: { file: 'schemas/config.schema.json', make: configJsonSchema },
  gateway: { file: 'schemas/gateway.schema.json', make: gatewayJsonSchema },
  result: { file: 'schemas/result.schema.json', make: resultJsonSchema },
} as const satisfies Record<string, JsonSchema>;
