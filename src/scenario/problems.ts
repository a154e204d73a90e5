import { McpbError } from '../errors.ts';
import type { PlanProblem, ScenarioFile } from './load.ts';
import type { OverrideKey } from './overrides.ts';

/** Collects what is wrong while planning, so that all of it is told at once. */
export class Problems {
  readonly #label: (key: OverrideKey) => string;
  readonly #typed = new Set<string>();
  readonly #inScenario: PlanProblem[] = [];

  /** `label` names a setting as the user knows it. */
  constructor(label: (key: OverrideKey) => string) {
    this.#label = label;
  }

  /** A mistake in a flag, a variable or the configuration file. */
  typed(key: OverrideKey, message: string): void {
    this.#typed.add(`${this.#label(key)}: ${message}`);
  }

  inScenario(problem: PlanProblem): void {
    this.#inScenario.push(problem);
  }

  throwIfAny(file: ScenarioFile): void {
    if (this.#typed.size > 0) throw new McpbError('MCPB_E_USAGE', [...this.#typed].join('\n'));
    if (this.#inScenario.length > 0) throw file.faults(this.#inScenario);
  }
}
