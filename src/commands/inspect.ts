import { availableParallelism } from 'node:os';
import { Args } from '@oclif/core';
import type { Requirements } from '../scenario/requirements.ts';
import type { ShownPlan } from '../scenario/shown-plan.ts';
import { BaseCommand } from './base.ts';
import { loadFlags, overridesFrom } from './flags.ts';

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

  override async run(): Promise<{ plan: ShownPlan; requirements: Requirements }> {
    const { args, flags } = await this.parse(Inspect);
    const { shownPlan } = await import('../scenario/shown-plan.ts');
    const { describePlan } = await import('../scenario/describe.ts');
    const { requirementsOf } = await import('../scenario/requirements.ts');
    const { planFor } = await import('../scenario/resolve.ts');
    const plan = planFor(
      { scenario: args.scenario, overrides: overridesFrom(flags) },
      { env: process.env, cwd: process.cwd(), cores: availableParallelism() },
    );
    const requirements = requirementsOf(plan);
    if (!this.jsonEnabled()) this.log(describePlan(plan, requirements));
    return { plan: shownPlan(plan), requirements };
  }
}
