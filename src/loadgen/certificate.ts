import type { CertificateEntry, RuleUnit, RuleVerdict } from '../results/certificate.ts';
import type { Finding } from '../results/result.ts';
import { formatCount, formatMicros, formatPercent } from '../units.ts';
import type { Evidence } from './evidence.ts';
import { type Rule, rules } from './rules.ts';

type Late = 'fail' | 'warn';

/** Every input of the judgement, in the order of the rules. `late`: what late virtual users are to this run. */
export function certify(evidence: Evidence, late: Late): CertificateEntry[] {
  return rules
    .filter(({ concerns }) => concerns?.(evidence) ?? true)
    .map((rule) => entryOf(rule, evidence, brokenTo(rule, evidence, late)));
}

/** Whether our own lateness with virtual users is too much beside what was measured of them. */
export function isLate(evidence: Evidence): boolean {
  const ofUsers = evidence.closedBeside ? 'closed-lateness' : 'lateness';
  return rules.some((rule) => rule.broken === ofUsers && entryOf(rule, evidence, 'fail').verdict === 'fail');
}

/** Virtual users can excuse only themselves: lateness with the arrivals beside them fails the run. */
function brokenTo({ broken }: Rule, { closedBeside }: Evidence, late: Late): Late {
  if (broken === 'closed-lateness') return late;
  if (broken === 'lateness') return closedBeside ? 'fail' : late;
  return broken;
}

function entryOf(rule: Rule, evidence: Evidence, broken: Late): CertificateEntry {
  const value = rule.value(evidence);
  const limit = typeof rule.limit === 'number' ? rule.limit : rule.limit(evidence);
  const { unit, warnsAbove } = rule;
  const entry = (verdict: RuleVerdict, limit: number) => ({ rule: rule.rule, value, limit, unit, verdict });
  if (value === null) return entry('unknown', limit);
  if (rule.atLeast ? value < limit : value > limit) return entry(broken, limit);
  if (warnsAbove === undefined) return entry('pass', limit);
  return entry(value > warnsAbove ? 'warn' : 'pass', warnsAbove);
}

/** The rules that came out so, in words. */
export function findings(
  certificate: readonly CertificateEntry[],
  verdict: 'fail' | 'warn',
  evidence: Evidence,
): Finding[] {
  return certificate.flatMap(({ rule, value, limit, unit, verdict: found }) => {
    const { says } = rules.find((one) => one.rule === rule)!;
    if (found !== verdict || value === null) return [];
    const words = says(inWords[unit](value), evidence);
    return [{ code: rule, message: limit === 0 ? words : `${words}, limit ${inWords[unit](limit)}`, value, limit }];
  });
}

const inWords: Readonly<Record<RuleUnit, (value: number) => string>> = {
  us: formatMicros,
  ratio: formatPercent,
  seconds: (value) => `${formatCount(value)} s`,
  count: formatCount,
};
