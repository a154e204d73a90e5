import type { CertificateEntry, RuleUnit, RuleVerdict } from '../results/certificate.ts';
import type { Finding } from '../results/result.ts';
import { formatCount, formatMicros, formatPercent } from '../units.ts';
import type { Evidence } from './evidence.ts';
import { type Rule, rules } from './rules.ts';

/** Every input of the judgement, in the order of the rules. `late`: what lateness is to this run. */
export function certify(evidence: Evidence, late: 'fail' | 'warn'): CertificateEntry[] {
  return rules.map((rule) => entryOf(rule, evidence, late));
}

/** Whether our own lateness is too much beside what was measured. */
export function isLate(evidence: Evidence): boolean {
  return rules.some((rule) => rule.broken === 'lateness' && entryOf(rule, evidence, 'fail').verdict === 'fail');
}

function entryOf(rule: Rule, evidence: Evidence, late: 'fail' | 'warn'): CertificateEntry {
  const value = rule.value(evidence);
  const limit = typeof rule.limit === 'number' ? rule.limit : rule.limit(evidence);
  const broken = rule.broken === 'lateness' ? late : rule.broken;
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
  return certificate.flatMap(({ rule, value, limit, unit, verdict: found }, i) => {
    if (found !== verdict || value === null) return [];
    const words = rules[i].says(inWords[unit](value), evidence);
    return [{ code: rule, message: limit === 0 ? words : `${words}, limit ${inWords[unit](limit)}`, value, limit }];
  });
}

const inWords: Readonly<Record<RuleUnit, (value: number) => string>> = {
  us: formatMicros,
  ratio: formatPercent,
  seconds: (value) => `${formatCount(value)} s`,
  count: formatCount,
};
