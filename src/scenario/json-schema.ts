import { z } from 'zod';
import { parallelSchema, singleSchema, weightedSchema } from './schema.ts';

/** JSON Schema of a scenario file as it is written. */
export function scenarioJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(z.union([singleSchema, parallelSchema, weightedSchema]), { io: 'input', reused: 'ref' }),
    title: 'mcpb scenario',
  };
}
