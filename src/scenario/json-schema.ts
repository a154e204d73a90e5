import { z } from 'zod';
import { parallelSchema, singleSchema, weightedSchema } from './schema.ts';
import { settingsSchema } from './settings.ts';

/** JSON Schema of a scenario file as it is written. */
export function scenarioJsonSchema(): Record<string, unknown> {
  return {
    ...z.toJSONSchema(z.union([singleSchema, parallelSchema, weightedSchema]), { io: 'input', reused: 'ref' }),
    title: 'mcpb scenario',
  };
}

/** JSON Schema of `mcpb.config.yaml` as it is written. */
export function configJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(settingsSchema, { io: 'input' }), title: 'mcpb configuration' };
}
