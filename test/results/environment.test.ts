import { describe, expect, it } from 'vitest';
import {
  bootOf,
  describe as describeMachine,
  environmentBetween,
  type RunPlacement,
  readMachine,
} from '../../src/results/environment.ts';
import type { MachineFacts } from '../../src/results/machine.ts';

const facts: MachineFacts = {
  cpu: { model: 'Example CPU', family: '6', modelNumber: '1', stepping: '2', flags: ['fpu', 'hypervisor'] },
  cores: 2,
  memoryBytes: 3.8 * 2 ** 30,
  cpuQuota: null,
  containerised: false,
  bootId: '5446c34d-a59a-46ed-9190-33f6f51f6349',
};
const run: RunPlacement = { placement: 'loopback', workers: 1, pacing: 'auto', engineRevision: 1, windowSeconds: 10 };
const idle = { ticks: { busy: 5000, steal: 100, total: 10_000 }, throttledMicros: 0 };

describe('what happened between two readings', () => {
  it('is the share of stolen ticks and of throttled time', () => {
    const after = { ticks: { busy: 6000, steal: 140, total: 12_000 }, throttledMicros: 250_000 };
    const environment = describeMachine(facts, idle, after, run);
    expect(environment.steal).toBeCloseTo(0.02, 12);
    expect(environment.cgroup.throttledRatio).toBeCloseTo(0.025, 12);
  });

  it('is null, not 0, where it is not known', () => {
    const unknown = { ticks: null, throttledMicros: null };
    expect(describeMachine(facts, unknown, idle, run)).toMatchObject({ steal: null, cgroup: { throttledRatio: null } });
    expect(describeMachine(facts, idle, idle, run).steal).toBeNull();
    const soon = { ...idle, ticks: { busy: 5010, steal: 110, total: 10_020 } };
    expect(describeMachine(facts, idle, soon, run).steal).toBeNull();
  });
});

it('what is declared is kept, and makes no other class', () => {
  const declared = { gateway: { cpu: '8 vCPU' } };
  const environment = describeMachine(facts, idle, idle, { ...run, declared });
  expect(environment.declared).toEqual(declared);
  expect(environment.class).toBe(describeMachine(facts, idle, idle, run).class);
});

describe('the machine class', () => {
  const classOf = (changed: Partial<MachineFacts>, other: Partial<RunPlacement> = {}) =>
    describeMachine({ ...facts, ...changed }, idle, idle, { ...run, ...other }).class;

  it('is readable and ends in eight hex digits', () => {
    expect(classOf({})).toMatch(/^[a-z0-9]+-2c-4g-[0-9a-f]{8}$/);
  });

  it('changes with everything that may change a result', () => {
    const classes = [
      classOf({}),
      classOf({ cores: 4 }),
      classOf({ memoryBytes: 8 * 2 ** 30 }),
      classOf({ cpuQuota: 1.5 }),
      classOf({ containerised: true }),
      classOf({ cpu: { ...facts.cpu, stepping: '3' } }),
      classOf({ cpu: { ...facts.cpu, flags: ['fpu', 'hypervisor', 'avx2'] } }),
      classOf({}, { workers: 2 }),
      classOf({}, { pacing: 'spin' }),
      classOf({}, { engineRevision: 2 }),
      classOf({}, { placement: 'remote' }),
    ];
    expect(new Set(classes).size).toBe(classes.length);
  });

  it('does not change with what the kernel keeps of the memory, nor with a reboot', () => {
    expect(classOf({ memoryBytes: 3.9 * 2 ** 30, bootId: 'other' })).toBe(classOf({}));
  });
});

describe('a described machine', () => {
  it('tells metal, virtual machine and container apart', () => {
    expect(describeMachine(facts, idle, idle, run).virtualization).toBe('vm');
    expect(describeMachine({ ...facts, containerised: true }, idle, idle, run).virtualization).toBe('container');
    expect(describeMachine({ ...facts, cpu: { ...facts.cpu, flags: [] } }, idle, idle, run).virtualization).toBe(
      'unknown',
    );
  });

  it('names the CI provider, and only when asked', () => {
    expect(describeMachine(facts, idle, idle, { ...run, env: { CI: 'true', GITHUB_ACTIONS: 'true' } }).ci).toBe(
      'github-actions',
    );
    expect(describeMachine(facts, idle, idle, { ...run, env: {} })).not.toHaveProperty('ci');
  });

  it('keeps no host name and no boot id as it is', () => {
    const text = JSON.stringify(describeMachine(facts, idle, idle, run));
    expect(text).not.toContain(facts.bootId);
    expect(bootOf(describeMachine(facts, idle, idle, run))).toMatch(/^[0-9a-f]{8}$/);
  });
});

describe('this machine', () => {
  it('has a class that two readings agree on', () => {
    const environment = () => environmentBetween(readMachine(), readMachine(), run);
    expect(environment().class).toBe(environment().class);
    expect(environment().cores).toBeGreaterThan(0);
  });

  it.runIf(process.platform === 'linux')('counts ticks on Linux', () => {
    const { ticks } = readMachine();
    expect(ticks?.total).toBeGreaterThan(0);
    expect(ticks?.steal).toBeLessThanOrEqual(ticks?.total ?? 0);
  });
});
