import { expect, it } from 'vitest';
import { type Entry, openJournal } from '../../../bench/support/journal.ts';
import { scratch } from '../../support/scratch.ts';

const entry = (value: unknown): Entry => ({ value, disturbance: { others: 0.25, stolen: 0 } });

it('remembers what was measured of a commit until it is begun anew', async () => {
  const file = `${scratch()}/folder/journal.jsonl`;
  const journal = await openJournal(file, 'abc', true);
  await journal.add('one', entry({ rate: 1 }));
  await journal.add('two', entry([2]));
  expect(journal.get('one')).toEqual(entry({ rate: 1 }));

  const resumed = await openJournal(file, 'abc', true);
  expect(['one', 'two', 'three'].map(resumed.get)).toMatchObject([entry({ rate: 1 }), entry([2]), undefined]);
  expect((await openJournal(file, 'def', true)).get('one')).toBeUndefined();
  expect((await openJournal(file, 'abc', true)).get('one')).toBeUndefined();
});

it('forgets without being asked to resume', async () => {
  const file = `${scratch()}/journal.jsonl`;
  await (await openJournal(file, 'abc', false)).add('one', entry(1));
  await openJournal(file, 'abc', false);
  expect((await openJournal(file, 'abc', true)).get('one')).toBeUndefined();
});
