import { availableParallelism } from 'node:os';
import { Args } from '@oclif/core';
import type { Capacity, Shortage } from '../scenario/capacity.ts';
import type { Requirements } from '../scenario/requirements.ts';
import type { ShownPlan } from '../scenario/shown-plan.ts';
import { BaseCommand } from './base.ts';
import { loadFlags, overridesFrom } from './flags.ts';

interface Inspection {
  readonly plan: ShownPlan;
  readonly requirements: Requirements;
  readonly capacity: Capacity;
  /** What a run would be refused for. */
  readonly shortages: readonly Shortage[];
  /** What it may run into. */
  readonly doubts: readonly Shortage[];
}

export default class Inspect extends BaseCommand {
  static override summary = 'Show the resolved plan of a scenario and what it will need; nothing is run';
  static override examples = [
    '<%= config.bin %> inspect ramp-5k',
    '<%= config.bin %> inspect ramp-5k --speed 20 --json',
  ];
  static override args = {
    scenario: Args.string({ required: true, description: 'name of a bundled scenario, or a file' }),
  };
  static override flags = loadFlags;

  override async run(): Promise<Inspection> {
    const { args, flags } = await this.parse(Inspect);
    const { shownPlan } = await import('../scenario/shown-plan.ts');
    const { describePlan } = await import('../scenario/describe.ts');
    const { requirementsOf } = await import('../scenario/requirements.ts');
    const { doubtsOf, shortagesOf } = await import('../scenario/capacity.ts');
    const { readCapacity } = await import('../results/limits.ts');
    const { planFor } = await import('../scenario/resolve.ts');
    const plan = planFor(
      { scenario: args.scenario, overrides: overridesFrom(flags) },
      { env: process.env, cwd: process.cwd(), cores: availableParallelism() },
    );
    const requirements = requirementsOf(plan);
    const capacity = readCapacity();
    if (!this.jsonEnabled()) this.log(describePlan(plan, requirements, capacity));
    const shortages = shortagesOf(requirements, capacity);
    return { plan: shownPlan(plan), requirements, capacity, shortages, doubts: doubtsOf(requirements, capacity) };
  }
}
