import { availableParallelism } from 'node:os';
import { Args } from '@oclif/core';
import type { SampleRequest } from '../loadgen/sample-requests.ts';
import type { Capacity, Shortage } from '../scenario/capacity.ts';
import type { Requirements } from '../scenario/requirements.ts';
import type { ShownPlan } from '../scenario/shown-plan.ts';
import { BaseCommand } from './base.ts';
import { loadFlags, overridesFrom } from './flags.ts';

interface Inspection {
  readonly plan: ShownPlan;
  /** Of operations with templates. */
  readonly samples: readonly SampleRequest[];
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
    const { describePlan, describeSamples } = await import('../scenario/describe.ts');
    const { requirementsOf } = await import('../scenario/requirements.ts');
    const { doubtsOf, shortagesOf } = await import('../scenario/capacity.ts');
    const { openDescriptors, readCapacity } = await import('../results/limits.ts');
    const { sampleRequests } = await import('../loadgen/sample-requests.ts');
    const { planFor } = await import('../scenario/resolve.ts');
    const plan = planFor(
      { scenario: args.scenario, overrides: overridesFrom(flags) },
      { env: process.env, cwd: process.cwd(), cores: availableParallelism() },
    );
    const requirements = requirementsOf(plan, openDescriptors());
    const capacity = readCapacity();
    const samples = sampleRequests(plan);
    if (!this.jsonEnabled()) this.log(describePlan(plan, requirements, capacity));
    if (!this.jsonEnabled() && samples.length > 0) this.log(describeSamples(samples));
    const shortages = shortagesOf(requirements, capacity);
    const doubts = doubtsOf(requirements, capacity);
    return { plan: shownPlan(plan), samples, requirements, capacity, shortages, doubts };
  }
}
