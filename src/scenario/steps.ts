import type { Path } from '../config/document.ts';
import type { Feeder } from './data.ts';
import type { PlanProblem } from './load.ts';
import { type Call, operationPlan } from './operations.ts';
import type { OperationPlan, StepPlan } from './plan.ts';
import type { Step } from './step-schema.ts';
import { TemplateFiller } from './template-filler.ts';

type Report = (problem: PlanProblem) => void;

/** Steps with their calls replaced by numbers of operations; the same call made twice is one operation. */
export function planSteps(
  steps: readonly Step[],
  path: Path,
  feeders: readonly Feeder[],
  problem: Report,
): { steps: StepPlan[]; operations: OperationPlan[] } {
  const planner = new StepPlanner(steps, feeders, problem);
  const planned = steps.map((step, index) => planner.step(step, [...path, 'steps', index]));
  return { steps: planned, operations: planner.operations };
}

class StepPlanner {
  readonly operations: OperationPlan[] = [];
  readonly #feeders: readonly Feeder[];
  readonly #problem: Report;
  readonly #captures = new Set<string>();
  readonly #capturesAnywhere: ReadonlySet<string>;

  constructor(steps: readonly Step[], feeders: readonly Feeder[], problem: Report) {
    this.#feeders = feeders;
    this.#problem = problem;
    this.#capturesAnywhere = new Set(steps.flatMap(callsOf).flatMap(capturesOf));
  }

  step(step: Step, path: Path): StepPlan {
    const planned = this.#planned(step, path);
    for (const name of callsOf(step).flatMap(capturesOf)) this.#captures.add(name);
    return planned;
  }

  #planned(step: Step, path: Path): StepPlan {
    if (step.type === 'call') return { type: 'call', operation: this.#operation(step.call, path) };
    if (step.type !== 'mix') return step;
    const choices = step.choices.map(({ weight, call }, choice) => ({
      weight,
      operation: this.#operation(call, [...path, 'mix', choice]),
    }));
    return { type: 'mix', choices };
  }

  #operation(call: Call, path: Path): number {
    const operation = operationPlan(call, this.#filler(path));
    const known = this.operations.findIndex(({ name }) => name === operation.name);
    if (known < 0) return this.operations.push(operation) - 1;
    if (JSON.stringify(this.operations[known]) !== JSON.stringify(operation))
      this.#problem({ path, message: `another call is named "${operation.name}" too: tell them apart with as:` });
    return known;
  }

  #filler(path: Path): TemplateFiller {
    const scope = { feeders: this.#feeders, captures: this.#captures, capturesAnywhere: this.#capturesAnywhere };
    return new TemplateFiller(scope, (inside, message) => this.#problem({ path: [...path, ...inside], message }));
  }
}

function callsOf(step: Step): Call[] {
  if (step.type === 'call') return [step.call];
  return step.type === 'mix' ? step.choices.map(({ call }) => call) : [];
}

function capturesOf({ capture = [] }: Call): string[] {
  return capture.map(({ name }) => name);
}
