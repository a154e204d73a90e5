import { Random } from '../../src/loadgen/json-schema/random.ts';
import { schemaSample } from '../../src/loadgen/json-schema/sample.ts';

/** What is made from a JSON Schema for rows 0, 1, … */
export const samples = (schema: unknown, count = 50): unknown[] =>
  Array.from({ length: count }, (_, row) => schemaSample(schema, new Random(1, row)));
