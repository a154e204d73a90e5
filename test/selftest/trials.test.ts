import { describe, expect, it } from 'vitest';
import { depths } from '../../src/selftest/case.ts';
import { selftestTransports } from '../../src/selftest/endpoint.ts';
import { selftest } from '../../src/selftest/selftest.ts';
import { type Selection, trialsOf } from '../../src/selftest/trials.ts';

const selected = (selection: Selection) => trialsOf(selection).map(({ name, transport }) => `${name} ${transport}`);

describe('what a selftest is made of', () => {
  it.each(depths.flatMap((depth) => selftestTransports.map((transport) => ({ depth, transport }))))(
    'at least one case that measures times: $depth over $transport',
    ({ depth, transport }) => {
      const timed = trialsOf({ depth, transports: [transport] }).filter(
        ({ one }) => one.behaviour.kind !== 'duplicate',
      );
      expect(timed.length).toBeGreaterThan(0);
    },
  );

  it('the cases that were asked for, over those of the transports that have them', () => {
    const only = ['losses', 'duplicates'] as const;
    expect(selected({ depth: 'quick', only, transports: ['tcp', 'http'] })).toEqual([
      'losses tcp',
      'losses http',
      'duplicates tcp',
    ]);
  });

  it.each<[selection: Selection, message: string, hint: RegExp]>([
    [
      { depth: 'quick', only: ['serial'], transports: ['tcp', 'https'] },
      'the quick selftest has no serial over tcp, https',
      /^serial: quick over none, full over websocket, tcp, http$/,
    ],
    [
      { depth: 'full', only: ['duplicates', 'reordering'], transports: ['http'] },
      'the full selftest has no duplicates, no reordering over http',
      /^duplicates: quick over websocket, tcp, full over .*; reordering: /,
    ],
    [
      { depth: 'quick', only: ['losses', 'serial'], transports: ['tcp'] },
      'the quick selftest has no serial over tcp',
      /^serial: /,
    ],
    [
      { depth: 'quick', only: [], transports: ['tcp'] },
      'the quick selftest has no steady, no freeze, no serial, no closed, no stops, no losses, no duplicates, no reordering over tcp',
      /^steady: .*; losses: /,
    ],
  ])('a mistake where something that was asked for would not be run: %j', async (selection, message, hint) => {
    const signal = new AbortController().signal;
    const progress = (line: string) => expect.unreachable(line);
    const made = selftest({ ...selection, createdBy: 'mcpb 0.1.0', stop: signal, now: signal, progress });
    const mistake = { code: 'MCPB_E_USAGE', exitCode: 2, message, hint: expect.stringMatching(hint) };
    await expect(made).rejects.toMatchObject(mistake);
  });
});
