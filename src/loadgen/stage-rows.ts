import type { ScenarioPlan } from '../scenario/plan.ts';

/** Rows of a scenario's recorder, by operation: first those of what is not measured, then those of each measured stage. */
export class StageRows {
  readonly #first: number;
  readonly #operations: number;
  /** Ends of the measured stages, ms after the start of the profile; the first entry is the end of the warm-up. */
  readonly #bounds: readonly number[];
  #startAt = Number.POSITIVE_INFINITY;
  #stoppedAt = Number.POSITIVE_INFINITY;
  /** The stage last asked for: its edges, and its first row. */
  #stageFrom = Number.POSITIVE_INFINITY;
  #stageTo = Number.NEGATIVE_INFINITY;
  #stageRow = 0;

  constructor({ operations, phases, executor }: ScenarioPlan, first: number) {
    this.#first = first;
    this.#operations = operations.length;
    let end = phases.warmup * 1000;
    this.#bounds = [end, ...executor.stages.map(({ seconds }) => (end += seconds * 1000))];
  }

  /** The profile begins at this instant. */
  start(at: number): void {
    this.#startAt = at;
    this.#stageFrom = Number.POSITIVE_INFINITY;
  }

  /** The load ends early: nothing is measured of this instant or a later one. */
  stop(at: number): void {
    this.#stoppedAt = Math.min(this.#stoppedAt, at);
    this.#stageFrom = Number.POSITIVE_INFINITY;
  }

  /** The row of an operation in the stage an instant belongs to. */
  at(operation: number, instant: number): number {
    if (!(instant >= this.#stageFrom && instant < this.#stageTo)) this.#enterStage(instant);
    return this.#stageRow + operation;
  }

  isMeasured(row: number): boolean {
    return row >= this.#first + this.#operations;
  }

  /** Finds the rows of the stage an instant belongs to; they stay those of every instant up to its end. */
  #enterStage(instant: number): void {
    const stages = this.#bounds.length - 1;
    let stage = 0;
    while (stage <= stages && instant >= this.#end(stage)) stage++;
    this.#stageFrom = stage === 0 ? Number.NEGATIVE_INFINITY : this.#end(stage - 1);
    this.#stageTo = stage > stages ? Number.POSITIVE_INFINITY : this.#end(stage);
    this.#stageRow = this.#first + (stage > stages ? 0 : stage) * this.#operations;
  }

  /** Of a stage; 0: of the warm-up. None ends behind a stop. */
  #end(stage: number): number {
    return Math.min(this.#stoppedAt, this.#startAt + this.#bounds[stage]);
  }
}
