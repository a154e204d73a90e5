import type { RunResult } from '../results/result.ts';
import { connectionsSection } from './sections/connections.ts';
import { crossCheckSection } from './sections/cross-check.ts';
import { latencySection } from './sections/latency.ts';
import { networkSection } from './sections/network.ts';
import { outcomesSection } from './sections/outcomes.ts';
import { stagesSection } from './sections/stages.ts';
import { thresholdsSection } from './sections/thresholds.ts';
import { totalsSection } from './sections/totals.ts';
import { invalidReasons, trustSection } from './sections/trust.ts';
import { verdictSection } from './sections/verdict.ts';
import type { Style } from './style.ts';

/** Lines of one part of the summary; none when the run has nothing of it. */
export type Section = (result: RunResult, style: Style) => string[];

/** In reading order: the answer, why, how much, how fast, how it ended, and whether to believe it. */
const sections: readonly Section[] = [
  verdictSection,
  thresholdsSection,
  totalsSection,
  stagesSection,
  latencySection,
  crossCheckSection,
  outcomesSection,
  connectionsSection,
  networkSection,
  trustSection,
];

/** The verdict alone: one line, and the rules that made the run invalid. */
export function renderVerdict(result: RunResult, style: Style): string {
  return [...verdictSection(result, style), ...invalidReasons(result, style)].join('\n');
}

/** The end summary of a run as text, ending in a line feed. */
export function renderSummary(result: RunResult, style: Style): string {
  const parts = sections.map((section) => section(result, style)).filter((lines) => lines.length > 0);
  return `${parts.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
