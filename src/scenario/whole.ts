import { formatBytes } from '../units.ts';
import type { ScenarioFile } from './load.ts';
import type { Plan } from './plan.ts';
import type { Problems } from './problems.ts';
import type { Settings } from './settings.ts';
import { unreachable } from './threshold-rules.ts';
import { preparedBytes } from './used-data.ts';

type Content = Pick<Plan, 'scenarios' | 'thresholds' | 'data'>;

/** Histograms are kept for so many operations. */
const maxOperations = 32;
/** Of requests made ready beforehand, in every worker. */
const maxPreparedBytes = 256 * 1024 * 1024;

/** Rules about all scenarios of a plan together. */
export function checkWhole(plan: Content, file: ScenarioFile, typed: Settings, problems: Problems): void {
  checkOperations(plan, problems);
  checkPrepared(plan, problems);
  checkThresholds(plan, file, problems);
  const targets = plan.scenarios.map(({ target }) => target);
  if (typed.headers && targets.every(({ transport }) => transport === 'tcp' || transport === 'stdio'))
    problems.typed('headers', `headers have no effect over ${targets[0].transport}`);
  if (typed.token !== undefined && targets.every(({ transport }) => transport === 'stdio'))
    problems.typed('token', 'a command takes its credentials from its environment or its arguments');
  const tlsKeys = (['cacert', 'cert', 'key', 'insecure'] as const).filter((key) => typed[key] !== undefined);
  if (!targets.some(({ secure }) => secure))
    for (const key of tlsKeys) problems.typed(key, 'no target is one over TLS (https, wss, tcps)');
  if (typed.backend !== undefined && !targets.some(({ bundled }) => bundled))
    problems.typed('backend', 'it is the backend of --target bundled, which is not used here');
}

function checkOperations({ scenarios }: Content, problems: Problems): void {
  const names = new Set(scenarios.flatMap(({ operations }) => operations.map(({ name }) => name)));
  if (names.size > maxOperations)
    problems.inScenario({ path: [], message: `${names.size} operations are more than ${maxOperations}` });
}

function checkPrepared({ scenarios, data = [] }: Content, problems: Problems): void {
  const total = scenarios.reduce((sum, { operations }) => sum + preparedBytes(operations, data), 0);
  if (total <= maxPreparedBytes) return;
  const message = `a request for every row takes ${formatBytes(total)} in each worker, more than ${formatBytes(maxPreparedBytes)}: use fewer rows or shorter arguments`;
  problems.inScenario({ path: ['data'], message });
}

function checkThresholds({ scenarios, thresholds }: Content, file: ScenarioFile, problems: Problems): void {
  for (const threshold of thresholds) {
    const reason = unreachable(threshold, scenarios);
    if (reason === undefined) continue;
    const message = `threshold "${threshold.expression}": ${reason}`;
    const placed = file.thresholds.find((one) => one.threshold === threshold);
    if (placed) problems.inScenario({ path: placed.path, message });
    else problems.typed('thresholds', message);
  }
}
