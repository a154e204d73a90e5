import type { CapturePlan, OperationPlan } from '../scenario/plan.ts';

/** What the calls of one iteration took from their replies, for its later calls. */
export class Captures {
  readonly #values = new Map<string, unknown>();
  readonly #operations: readonly OperationPlan[];

  constructor(operations: readonly OperationPlan[]) {
    this.#operations = operations;
  }

  /** A new iteration knows nothing yet. */
  clear(): void {
    this.#values.clear();
  }

  /** Whether what a call is to carry is known. */
  suffice(operation: number): boolean {
    const { fields = [] } = this.#operations[operation];
    return fields.every((field) => field.source !== 'capture' || this.#values.has(field.name));
  }

  /** The call did not end as it should: what an earlier one captured under the same name does not stand for it. */
  forget(operation: number): void {
    for (const { name } of this.#operations[operation].captures ?? []) this.#values.delete(name);
  }

  take(captures: readonly CapturePlan[], values: readonly unknown[]): void {
    captures.forEach(({ name }, i) => {
      if (values[i] === undefined) this.#values.delete(name);
      else this.#values.set(name, values[i]);
    });
  }

  get(name: string): unknown {
    return this.#values.get(name);
  }
}
