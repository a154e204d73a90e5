import { z } from 'zod';
import { count, duration, field, text, textBy, time } from '../config/values.ts';
import { dataSchema } from './data-schema.ts';
import { withExecutors } from './executor-schema.ts';
import { stepsSchema } from './step-schema.ts';
import { dialects, framings, targetText, transports } from './target.ts';
import { thresholdsSchema } from './threshold-schema.ts';
import { tlsSchema } from './tls.ts';
import { addressList, coreCount, eraChoices, headers, rate, weight } from './values.ts';

const scenarioName = z.string().regex(/^[\w-]+$/, 'a scenario name is made of letters, digits, _ and -');

/** Keys of one block of load; in a file with `scenarios` they may also stand outside, as defaults of all blocks. */
const connection = {
  target: textBy(targetText).optional(),
  transport: z.enum(transports).optional(),
  framing: z.enum(framings).optional(),
  dialect: z.enum(dialects).optional(),
  auth: z.strictObject({ token: text }).optional(),
  headers: headers.optional(),
  era: z.enum(eraChoices).optional(),
  tls: tlsSchema.optional(),
  lifecycle: z.enum(['auto', 'none']).optional(),
  warmup: field(duration).optional(),
  cooldown: field(duration).optional(),
  gracefulStop: field(duration).optional(),
  timeout: field(time).optional(),
  connectTimeout: field(time).optional(),
  inFlight: field(count).optional(),
  maxConnections: field(count).optional(),
  connectRate: field(rate).optional(),
  localAddresses: addressList.optional(),
};

const thresholds = thresholdsSchema.optional();

const file = {
  name: text.optional(),
  description: text.optional(),
  tags: z.record(z.string(), z.string()).optional(),
  workers: field(coreCount).optional(),
  data: dataSchema.optional(),
  bundled: z.strictObject({ backend: text }).optional(),
  thresholds,
};

const steps = { steps: stepsSchema };
const handshakeSteps = { steps: stepsSchema.optional() };
const named = { ...connection, startTime: field(duration).optional(), thresholds };

/** A file that is one block of load. */
export const singleSchema = withExecutors({ ...file, ...connection }, steps, handshakeSteps);

const block = withExecutors(named, steps, handshakeSteps);
const weightedBlock = z.strictObject({ ...named, ...handshakeSteps, weight: field(weight) });

function several<Block extends z.ZodType>(of: Block) {
  return z
    .record(scenarioName, of)
    .refine((blocks) => Object.keys(blocks).length > 0, 'expected at least one scenario');
}

/** A file with several blocks that run in parallel. */
export const parallelSchema = z.strictObject({ ...file, ...connection, scenarios: several(block) });

/** A file whose blocks share the load that stands outside. */
export const weightedSchema = withExecutors({ ...file, ...connection, scenarios: several(weightedBlock) }, {}, {});

export type SingleFile = z.output<typeof singleSchema>;
export type ParallelFile = z.output<typeof parallelSchema>;
export type WeightedFile = z.output<typeof weightedSchema>;

const anyBlock = withExecutors(named, handshakeSteps, handshakeSteps);
/** One block, with what stands outside and applies to it. */
export type Block = z.output<typeof anyBlock>;
