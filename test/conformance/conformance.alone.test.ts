import { expect, onTestFinished, test } from 'vitest';
import { scratch } from '../support/scratch.ts';
import { startFixture } from './fixture.ts';
import { faults, type Requirements, runScenarios, scored } from './run.ts';

/** Scenarios that do not count for a revision, but that the fixture plays too. */
const revisions: readonly { requirements: Requirements; count: number; unscored: readonly string[] }[] = [
  {
    requirements: '2025-11-25',
    count: 30,
    unscored: ['server-session-lifecycle', 'server-sse-polling', 'json-schema-2020-12'],
  },
  {
    requirements: '2026-07-28',
    count: 37,
    unscored: ['json-schema-2020-12', 'http-header-validation', 'http-custom-header-server-validation'],
  },
];

async function play(requirements: Requirements, options?: Parameters<typeof startFixture>[0]) {
  const fixture = await startFixture(options);
  onTestFinished(() => fixture.close());
  return runScenarios(fixture.url, requirements, scratch());
}

test.each(revisions)('the fixture passes all that $requirements asks of servers', async (revision) => {
  const { requirements, count, unscored } = revision;
  const outcome = await play(requirements);
  expect(scored(requirements)).toHaveLength(count);
  expect(faults(outcome, [...scored(requirements), ...unscored])).toEqual([]);
});

/** Scenarios that call tools and want more of them than an error. */
const callsTools =
  /^(tools-call-(?!error)|elicitation-|server-stateless|input-required-result-(?!non-tool-request|unsupported-methods))/;

test.each(revisions)('no scenario of $requirements passes on tools that fail', async ({ requirements }) => {
  const outcome = await play(requirements, { failing: true });
  const failed = scored(requirements).filter((scenario) => faults(outcome, [scenario]).length > 0);
  expect(failed).toEqual(scored(requirements).filter((scenario) => callsTools.test(scenario)));
});
