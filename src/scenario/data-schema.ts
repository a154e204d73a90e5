import { z } from 'zod';
import { text } from '../config/values.ts';
import type { DeclaredFeeder } from './data.ts';

const name = z.string().regex(/^[A-Za-z_][\w-]*$/, 'the name of data is made of letters, digits, _ and -');

const declared = z
  .strictObject({
    csv: text.optional(),
    ndjson: text.optional(),
    pick: z.enum(['random', 'sequential']).optional(),
  })
  .refine(({ csv, ndjson }) => (csv === undefined) !== (ndjson === undefined), 'expected a file: csv or ndjson')
  .transform(
    ({ csv, ndjson, pick = 'sequential' }): Omit<DeclaredFeeder, 'name'> =>
      csv === undefined ? { format: 'ndjson', file: ndjson!, pick } : { format: 'csv', file: csv, pick },
  );

/** Data files by name. */
export const dataSchema: z.ZodType<DeclaredFeeder[]> = z
  .record(name, declared)
  .transform((feeders) => Object.entries(feeders).map(([key, feeder]): DeclaredFeeder => ({ name: key, ...feeder })));
