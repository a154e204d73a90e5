import { z } from 'zod';
import type { StageRow } from '../scenario/threshold-results.ts';
import type { CertificateEntry } from './certificate.ts';
import type { CrossCheck, CrossCheckFigures } from './cross-check.ts';
import { count, metrics, operations, rate, ratio, type Shape, stage, texts, timeline } from './figures-schema.ts';
import type {
  CheckResult,
  Environment,
  Finding,
  GeneratorInfo,
  Histograms,
  RunResult,
  TargetInfo,
  TargetProcess,
} from './result.ts';

const instant = z.iso.datetime();
const named = z.record(z.string(), z.unknown());
const share = ratio.max(1);
const perRequest = z.number().nonnegative().nullable();

const finding: z.ZodType<Finding> = z
  .object({
    code: z.string(),
    message: z.string(),
    value: z.number().exactOptional(),
    limit: z.number().exactOptional(),
  } satisfies Shape<Finding>)
  .meta({ id: 'Finding' });

const certified = z.object({
  rule: z.string(),
  value: z.number().nullable().describe('null = cannot be told here'),
  limit: z.number(),
  unit: z.enum(['us', 'ratio', 'seconds', 'count']),
  verdict: z.enum(['pass', 'warn', 'fail', 'unknown']),
} satisfies Shape<CertificateEntry>);

const target = z.object({
  url: z.string(),
  address: z.string().exactOptional(),
  transport: z.string(),
  era: z.enum(['legacy', 'modern', 'legacy+modern']),
  dialect: z.enum(['plain', 'envelope']).exactOptional(),
  tls: z.object({ version: z.string(), cipher: z.string() }).exactOptional(),
  server: z.object({ name: z.string(), version: z.string() }).exactOptional(),
  arguments: texts.exactOptional().describe('sha256 of those made from schemas, by tool'),
  identity: z
    .object({
      version: z.string(),
      gitSha: z.string().exactOptional(),
      dirty: z.boolean().exactOptional(),
    } satisfies Shape<NonNullable<TargetInfo['identity']>>)
    .exactOptional(),
} satisfies Shape<TargetInfo>);

const check = z.object({
  name: z.string(),
  operation: z.string(),
  passed: count,
  failed: count,
} satisfies Shape<CheckResult>);

const found = {
  value: z.number().nullable().describe('times in ms'),
  atLeast: z.number().exactOptional(),
  generatorShare: share.exactOptional(),
};

const thresholdStage = z.object({
  scenario: z.string(),
  stage: count,
  ...found,
  passed: z.boolean().nullable(),
  notGatedReason: z.string().exactOptional(),
} satisfies Shape<StageRow>);

const threshold = z.object({
  expression: z.string(),
  ...found,
  passed: z.boolean(),
  noData: z.literal(true).exactOptional(),
  reason: z.string().exactOptional(),
  stages: z.array(thresholdStage).exactOptional(),
  aborted: z.literal(true).exactOptional(),
} satisfies Shape<RunResult['thresholds'][number]>);

const abortedBy = z.object({ expression: z.string(), seconds: z.number() } satisfies Shape<
  NonNullable<RunResult['abortedBy']>
>);

const generator = z.object({
  workers: count,
  pacing: z.string(),
  cpuMicrosPerRequest: perRequest,
  userMicrosPerRequest: perRequest,
  rssBytes: count,
  rssBytesPerConnection: z.number().nullable(),
  eventLoopUtilization: share,
  gc: z.object({ count, totalMicros: count, maxMicros: count } satisfies Shape<GeneratorInfo['gc']>),
  affinity: z.string().nullable().exactOptional(),
  fdLimit: count.nullable(),
  limitedBy: z.enum(['generator', 'target', 'schedule', 'none']),
} satisfies Shape<GeneratorInfo>);

const targetProcess = z.object({
  pid: count,
  cpuMicrosPerRequest: perRequest,
  cpuPercent: z.number().nonnegative().describe('100 = one core'),
  rssBytes: count,
  rssBaseBytes: count,
  rssPeakBytes: count,
  rssBytesPerConnection: z.number().nullable(),
  rssBytesPerSession: z.number().exactOptional(),
  levels: z.array(z.object({ connections: count, rssBytes: count })).exactOptional(),
} satisfies Shape<TargetProcess>);

const environment = z.object({
  class: z.string().describe('what must agree for two results to be compared'),
  os: z.string(),
  kernel: z.string(),
  arch: z.string(),
  cpuModel: z.string(),
  cores: count,
  memoryBytes: count,
  node: z.string(),
  v8: z.string(),
  virtualization: z.enum(['vm', 'container', 'metal', 'unknown']),
  cgroup: z.object({
    cpuQuota: z.number().nullable(),
    throttledRatio: z.number().nullable(),
  } satisfies Shape<Environment['cgroup']>),
  steal: share.nullable(),
  otherCores: z.number().nullable().exactOptional(),
  placement: z.enum(['loopback', 'remote']),
  ci: z.string().exactOptional(),
  declared: named.exactOptional(),
  cpuSignature: z.string().exactOptional(),
  boot: z.string().nullable().exactOptional(),
} satisfies Shape<Environment>);

const histograms = z.object({
  config: z.object({
    lowest: count,
    highest: count,
    digits: count,
    unit: z.literal('us'),
  } satisfies Shape<Histograms['config']>),
  stages: z.array(z.record(z.string(), texts)).describe('HDR V2 compressed, base64, by operation and quantity'),
} satisfies Shape<Histograms>);

const otherFigures = z.object({
  seconds: z.number().nonnegative(),
  connections: count,
  requests: z.object({
    completed: count,
    errors: count,
    timeouts: count,
    non2xx: count,
  } satisfies Shape<CrossCheckFigures['requests']>),
  throughputPerSecond: rate,
  latency: z
    .object({ p50: count, p90: count, p99: count, max: count } satisfies Shape<CrossCheckFigures['latency']>)
    .describe('µs, at the resolution of the other program'),
} satisfies Shape<CrossCheckFigures>);

const crossCheck = z
  .object({
    driver: z.literal('autocannon'),
    version: z.string(),
    figures: otherFigures.exactOptional(),
    failure: z.string().exactOptional(),
  } satisfies Shape<CrossCheck>)
  .describe('the same load made again by another program');

/** The result document. The compiler keeps it the same as the interface: no key of either is missing in the other. */
export const resultSchema: z.ZodType<RunResult> = z.object({
  schema: z.literal('mcpb.result/1'),
  createdBy: z.string(),
  engineRevision: count,
  runId: z.string(),
  sessionId: z.string().describe('one invocation of load --runs N'),
  startedAt: instant,
  exitCode: count,
  rps: rate.describe('the same as metrics.throughputPerSecond'),
  model: z.enum(['open', 'closed', 'session']),
  seed: z.int(),
  speed: z.number().positive(),
  driver: z.enum(['mcpb', 'autocannon']),
  tags: texts,
  units: z.object({ time: z.literal('us'), size: z.literal('bytes') }),
  window: z.object({ from: instant, to: instant, seconds: z.number().nonnegative() }),
  scenario: z.object({ name: z.string(), hash: z.string(), resolved: named }),
  target,
  verdict: z.enum([
    'pass',
    'thresholds-failed',
    'no-data',
    'invalid',
    'incomplete',
    'generator-limited',
    'unreachable',
    'interrupted',
  ]),
  abortedBy: abortedBy.exactOptional(),
  valid: z.boolean(),
  invalidReasons: z.array(finding),
  warnings: z.array(finding),
  certificate: z.array(certified).describe('what validity was judged by'),
  metrics,
  operations,
  stages: z.array(stage),
  checks: z.array(check),
  thresholds: z.array(threshold),
  generator,
  targetProcess: targetProcess.exactOptional(),
  environment,
  timeline,
  histograms,
  crossCheck: crossCheck.exactOptional(),
} satisfies Shape<RunResult>);

/** JSON Schema of the result document. Readers take keys that they do not know: later versions may have more. */
export function resultJsonSchema(): Record<string, unknown> {
  return { ...z.toJSONSchema(resultSchema, { io: 'input', override: withoutLargest }), title: 'mcpb result' };
}

/** That an integer is one which JavaScript can hold goes without saying. */
function withoutLargest({ jsonSchema }: { readonly jsonSchema: z.core.JSONSchema.BaseSchema }): void {
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
}
