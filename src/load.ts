import { randomBytes } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { McpbError, worstExit } from './errors.ts';
import { checkDriver, crossCheck, type DriverName } from './loadgen/driver.ts';
import { type RunOptions, run } from './loadgen/run.ts';
import type { TargetProbe } from './loadgen/run-record.ts';
import { outputs } from './report/output.ts';
import { styleFor } from './report/style.ts';
import { writeResult } from './results/files.ts';
import { openDescriptors, readCapacity } from './results/limits.ts';
import type { RunResult } from './results/result.ts';
import { demandCapacity, doubtsOf } from './scenario/capacity.ts';
import { readDeclared } from './scenario/declared.ts';
import type { Plan, ScenarioPlan } from './scenario/plan.ts';
import { requirementsOf } from './scenario/requirements.ts';
import { type PlanRequest, planFor } from './scenario/resolve.ts';
import { type BundledGateway, startBundled } from './target/bundled.ts';
import { processProbe, sampleProcess } from './target/process-sample.ts';
import { version } from './version.ts';

export interface LoadOptions {
  readonly request: PlanRequest;
  /** How often; all runs share one session id, each has a fresh bundled gateway. */
  readonly runs: number;
  readonly resultsDirectory: string;
  /** Files or folders the results are written to besides. */
  readonly outputs: readonly string[];
  readonly ui: 'plain' | 'none';
  /** Another program that makes each run's load again. */
  readonly driver?: DriverName;
  /** Process of a target that is not bundled. */
  readonly pid?: number;
  /** A YAML file that says what the run is made on. */
  readonly environment?: string;
  readonly stop: AbortSignal;
  readonly now: AbortSignal;
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
  readonly stderr: NodeJS.WriteStream;
}

export interface LoadOutcome {
  readonly results: readonly RunResult[];
  /** Result files, in the order of the results. */
  readonly paths: readonly string[];
  readonly exitCode: number;
}

/** Everything `mcpb load` does: plan, target up, runs, results written. */
export async function runLoad(options: LoadOptions): Promise<LoadOutcome> {
  const { request, env, cwd } = options;
  const plan = planFor(request, { env, cwd, cores: availableParallelism() });
  if (options.driver !== undefined) checkDriver(options.driver, plan);
  const needs = requirementsOf(plan, openDescriptors());
  const capacity = readCapacity();
  demandCapacity(needs, capacity);
  const remarks = doubtsOf(needs, capacity).map(({ message, hint }) => `${message}; ${hint}`);
  const declared = options.environment === undefined ? undefined : readDeclared(options.environment, env);
  if (options.pid !== undefined) await checkPid(options.pid, plan);
  const sessionId = randomBytes(6).toString('hex');
  const live = outputs[options.ui]({ stream: options.stderr, style: styleFor(options.stderr, env) });
  const results: RunResult[] = [];
  const paths: string[] = [];
  for (let i = 0; i < options.runs && !options.stop.aborted; i++) {
    const result = await oneRun(plan, { sessionId, ...(declared && { declared }) }, options, live, remarks);
    results.push(result);
    paths.push(await writeResult(result, options.resultsDirectory));
    for (const path of options.outputs) await writeResult(result, path);
  }
  return { results, paths, exitCode: worstExit(results.map(({ exitCode }) => exitCode)) };
}

async function checkPid(pid: number, plan: Plan): Promise<void> {
  if (plan.scenarios.some(({ target }) => target.bundled))
    throw new McpbError('MCPB_E_USAGE', '--pid is for targets of your own: the bundled gateway is measured anyway');
  if ((await sampleProcess(pid)) === undefined)
    throw new McpbError('MCPB_E_USAGE', `--pid: there is no process ${pid}, or its figures cannot be read`);
}

async function oneRun(
  plan: Plan,
  session: Pick<RunOptions, 'sessionId' | 'declared'>,
  options: LoadOptions,
  live: ReturnType<(typeof outputs)[LoadOptions['ui']]>,
  remarks: readonly string[],
): Promise<RunResult> {
  const gateway = plan.scenarios.some(({ target }) => target.bundled) ? await startBundled(plan.backend) : undefined;
  const pid = gateway?.ready.pid ?? options.pid;
  const target: TargetProbe | undefined = pid === undefined ? undefined : processProbe(pid);
  live.start(plan, remarks);
  try {
    const aimed = gateway ? aimedAt(plan, gateway) : plan;
    const result = await run(aimed, {
      ...session,
      createdBy: `mcpb ${version}`,
      stop: options.stop,
      now: options.now,
      env: options.env,
      onConnecting: (standing, failure) => live.connecting(standing, failure),
      onInterval: (interval) => live.interval(interval),
      ...(target ? { target } : {}),
      ...(gateway ? { identity: { version: gateway.ready.version } } : {}),
    });
    await live.finish(result);
    if (options.driver === undefined || options.stop.aborted || result.abortedBy) return result;
    if (options.ui !== 'none') options.stderr.write(`the same load again, made by ${options.driver}\n\n`);
    return { ...result, crossCheck: await crossCheck(options.driver, aimed, options.stop) };
  } finally {
    await gateway?.stop();
  }
}

/** The plan with the addresses of the gateway that was started for it. */
function aimedAt(plan: Plan, { ready }: BundledGateway): Plan {
  const scenarios = plan.scenarios.map((scenario): ScenarioPlan => {
    const addresses: Partial<Record<string, string>> = ready.addresses;
    const address = scenario.target.bundled ? addresses[scenario.target.transport] : undefined;
    if (address === undefined) return scenario;
    const { hostname, port } = new URL(address);
    return { ...scenario, target: { ...scenario.target, host: hostname, port: Number(port) } };
  });
  return { ...plan, scenarios };
}
