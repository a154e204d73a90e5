import { expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../../src/gateway/gateway.ts';
import { quiet } from '../contracts/frontend.ts';
import { scratch } from '../support/scratch.ts';
import { startFixture } from './fixture.ts';
import { type Outcome, type Requirements, runScenarios, scored } from './run.ts';

/** Every check that succeeded, as often as it did: what says less through the gateway is the gateway's fault. */
const proven = (outcome: Outcome, requirements: Requirements): string[] =>
  scored(requirements)
    .flatMap((scenario) =>
      (outcome.get(scenario) ?? []).filter(({ status }) => status === 'SUCCESS').map(({ id }) => `${scenario}: ${id}`),
    )
    .sort();

/**
 * The form of a reply is the server's choice: one that comes alone the gateway sends as JSON, of which this check takes note
 * (INFO) where a stream would succeed.
 */
const notedOnly = new Set(['server-sse-multiple-streams: server-sse-streams-functional']);

test.each<Requirements>(['2025-11-25', '2026-07-28'])(
  'the gateway adds no fault to a server of %s',
  async (revision) => {
    const fixture = await startFixture();
    const gateway = await startGateway({ ...quiet, tcp: 'off', backend: fixture.url });
    onTestFinished(async () => {
      await gateway.stop();
      await fixture.close();
    });
    const direct = proven(await runScenarios(fixture.url, revision, scratch()), revision);
    const through = proven(await runScenarios(`${gateway.addresses.http}`, revision, scratch()), revision);
    expect(through).toEqual(direct.filter((check) => !notedOnly.has(check)));
  },
);
