import { classFieldsOf } from '../results/machine-class.ts';
import type { RunResult } from '../results/result.ts';
import type { Difference } from './comparison.ts';

/** What must agree before numbers may be set side by side: both results and baselines have it. */
export interface Comparable extends Pick<RunResult, 'scenario' | 'speed' | 'engineRevision' | 'environment'> {
  readonly target: Pick<RunResult['target'], 'transport' | 'era' | 'arguments'>;
  readonly generator: Pick<RunResult['generator'], 'workers' | 'pacing'>;
}

/** Fields of scenario and target that differ: reason enough to refuse whatever the machine. */
export function scenarioDifferences(base: Comparable, candidate: Comparable): Difference[] {
  const found = differing(mainFields(base), mainFields(candidate));
  if (base.scenario.hash === candidate.scenario.hash) return found;
  const inside = differing(flatten(base.scenario.resolved), flatten(candidate.scenario.resolved)).map((difference) => ({
    ...difference,
    field: `scenario ${difference.field}`,
  }));
  const hashes = { field: 'scenario hash', base: base.scenario.hash, candidate: candidate.scenario.hash };
  return [...found, ...(inside.length > 0 ? inside : [hashes])];
}

function mainFields({ scenario, speed, target }: Comparable): Fields {
  const made = Object.entries(target.arguments ?? {}).map(([tool, sha256]) => [`arguments of ${tool}`, sha256]);
  return {
    scenario: scenario.name,
    speed,
    transport: target.transport,
    era: target.era,
    ...Object.fromEntries(made),
  };
}

/** Fields of the machine class that differ. */
export function machineDifferences(base: Comparable, candidate: Comparable): Difference[] {
  if (base.environment.class === candidate.environment.class) return [];
  const fields = differing(classFieldsOf(base), classFieldsOf(candidate));
  const classes = { field: 'machine class', base: base.environment.class, candidate: candidate.environment.class };
  return fields.length > 0 ? fields : [classes];
}

/** `field: base → candidate` for each, to stand in one sentence. */
export function inWords(differences: readonly Difference[]): string {
  return differences.map(({ field, base, candidate }) => `${field}: ${base} → ${candidate}`).join('; ');
}

type Fields = Readonly<Record<string, unknown>>;

function differing(base: Fields, candidate: Fields): Difference[] {
  const names = [...new Set([...Object.keys(base), ...Object.keys(candidate)])];
  return names
    .filter((name) => base[name] !== candidate[name])
    .map((name) => ({ field: name, base: shown(base[name]), candidate: shown(candidate[name]) }));
}

/** `{ a: { b: [1] } }` → `{ 'a.b.0': 1 }`. */
function flatten(value: unknown, path = ''): Fields {
  if (typeof value !== 'object' || value === null) return { [path]: value };
  const inner = Object.entries(value).map(([key, member]) => flatten(member, path === '' ? key : `${path}.${key}`));
  return Object.assign({}, ...inner);
}

function shown(value: unknown): string {
  return value === undefined || value === null ? 'none' : String(value);
}
