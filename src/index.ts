/** The programmatic API: what the commands call, and the shapes they return. */

export { type ErrorCode, ExitCode, McpbError } from './errors.ts';
export type { GatewayOptions } from './gateway/config.ts';
export { type RunningGateway, startGateway } from './gateway/gateway.ts';
export { type LoadOptions, type LoadOutcome, runLoad } from './load.ts';
export type { Baseline } from './regression/baseline.ts';
export { readBaseline } from './regression/baseline-file.ts';
export { type SavedBaseline, type SaveOptions, saveBaseline } from './regression/baseline-store.ts';
export { compare, exitCodeOf } from './regression/compare.ts';
export type { Comparison } from './regression/comparison.ts';
export { newestSession, readResult, readResults, writeResult } from './results/files.ts';
export type { RunResult } from './results/result.ts';
export type { Plan } from './scenario/plan.ts';
export { type PlanContext, type PlanRequest, planFor } from './scenario/resolve.ts';
