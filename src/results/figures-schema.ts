import { z } from 'zod';
import type {
  Distribution,
  Metrics,
  OperationMetrics,
  OutcomeClass,
  OutcomeCounts,
  StageResult,
  Timeline,
} from './result.ts';
import { outcomeClasses } from './result.ts';

/** What the schema of an object must say: every key of T, those that may be absent too, and no other. */
export type Shape<T> = { readonly [Key in keyof T]-?: z.ZodType<T[Key]> };

export const count = z.int().nonnegative();
export const ratio = z.number().nonnegative();
export const rate = z.number().nonnegative();
export const texts: z.ZodType<Record<string, string>> = z.record(z.string(), z.string());
export const counts: z.ZodType<Record<string, number>> = z.record(z.string(), count);

const micros = count.nullable();
const bound = z.literal('>=').exactOptional();

const distribution: z.ZodType<Distribution> = z
  .object({
    count,
    sum: count,
    min: micros,
    mean: z.number().nonnegative().nullable(),
    p50: micros,
    p90: micros,
    p95: micros,
    p99: micros,
    p999: micros,
    p9999: micros,
    max: micros,
    clamped: count.describe('values above what the histogram can hold'),
    bounds: z
      .object({ p50: bound, p90: bound, p95: bound, p99: bound, p999: bound, p9999: bound, max: bound })
      .exactOptional()
      .describe(
        'percentiles, and the maximum, known only from below, because they fall on exchanges that were given up; the mean is known only from below where the maximum is',
      ),
  } satisfies Shape<Distribution>)
  .meta({ id: 'Distribution', description: 'times in µs; a percentile with too few samples is null' });

const outcomes: z.ZodType<OutcomeCounts> = z.record(z.enum(outcomeClasses), count);
const byOutcome: z.ZodType<Partial<Record<OutcomeClass, Distribution>>> = z.partialRecord(
  z.enum(outcomeClasses),
  distribution,
);

const quantities = {
  requests: z.object({
    planned: count,
    sent: count,
    completed: count.describe('with a reply of any kind'),
    dropped: count,
    unanswered: count,
  } satisfies Shape<OperationMetrics['requests']>),
  throughputPerSecond: rate.describe('ok replies that came in within the time'),
  errorRate: ratio.describe('1 − ok / planned'),
  responseTime: distribution,
  targetTime: distribution,
  serviceTime: distribution,
  generatorLag: distribution,
  targetWait: distribution,
  limitWait: distribution.exactOptional(),
  firstByte: distribution.exactOptional(),
  firstEvent: distribution.exactOptional(),
  outcomes,
  inSession: z.literal(true).exactOptional(),
  rpcErrors: counts.exactOptional(),
  httpStatus: counts.exactOptional(),
  latencyByOutcome: byOutcome.exactOptional(),
} satisfies Shape<OperationMetrics>;

const operation: z.ZodType<OperationMetrics> = z.object(quantities).meta({ id: 'OperationMetrics' });

export const operations: z.ZodType<Record<string, OperationMetrics>> = z.record(z.string(), operation);

export const metrics: z.ZodType<Metrics> = z.object({
  ...quantities,
  receiveLag: distribution,
  httpStatusByEra: z.object({ legacy: counts.exactOptional(), modern: counts.exactOptional() }).exactOptional(),
  correlation: z.object({
    outOfOrder: count,
    duplicate: count,
    unknownId: count,
    late: count,
    notifications: count,
    serverRequests: count,
  } satisfies Shape<Metrics['correlation']>),
  connections: z.object({
    opened: count,
    failed: count,
    failures: counts.exactOptional(),
    lost: count,
    lostOnReuse: count.exactOptional(),
    peak: count,
    resumed: count,
    connect: distribution,
    tls: distribution,
    upgrade: distribution,
    initialize: distribution,
  } satisfies Shape<Metrics['connections']>),
  inFlight: z.object({ mean: ratio, max: count } satisfies Shape<Metrics['inFlight']>),
  bytes: z
    .object({
      sent: count,
      received: count,
      sentPerRequest: z.number().nonnegative().describe('all bytes sent by all requests, not the size of one'),
      receivedPerReply: z.number().nonnegative().describe('all bytes received by all replies, not the size of one'),
    } satisfies Shape<Metrics['bytes']>)
    .describe('on the sockets over the whole run: handshakes, notifications, pings and closes too'),
} satisfies Shape<Metrics>);

export const stage: z.ZodType<StageResult> = z.object({
  index: count,
  scenario: z.string(),
  name: z.string(),
  from: z.number().nonnegative().describe('seconds from the start of the measure phase'),
  to: z.number().nonnegative(),
  target: z.number().nonnegative().describe('VUs or arrivals per second at the end of the stage'),
  metrics: operation,
  operations,
} satisfies Shape<StageResult>);

const rowNumbers = z.array(count).exactOptional();

export const timeline: z.ZodType<Timeline> = z.object({
  intervalSeconds: count,
  columns: z.tuple([
    z.literal('t'),
    z.literal('planned'),
    z.literal('sent'),
    z.literal('completed'),
    z.literal('errors'),
    z.literal('inFlight'),
    z.literal('connections'),
    z.literal('p50'),
    z.literal('p99'),
    z.literal('max'),
    z.literal('lagP99'),
    z.literal('elu'),
    z.literal('steal'),
  ]),
  rows: z.array(z.array(z.number().nullable())).describe('a percentile with too few samples is null'),
  lowerBounds: z
    .object({ p50: rowNumbers, p99: rowNumbers, max: rowNumbers })
    .exactOptional()
    .describe('numbers, from 0, of the rows in which the value is known only from below'),
} satisfies Shape<Timeline>);
