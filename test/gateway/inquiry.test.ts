import { expect, it } from 'vitest';
import { type Answer, Inquiries } from '../../src/gateway/inquiry.ts';

const census = (pending: number): Answer => ({
  kind: 'census',
  census: { queues: [], pending: { ping: pending }, resources: {} },
});

it('gives each answer to who asked, in whatever order they come', async () => {
  const inquiries = new Inquiries();
  const ids: number[] = [];
  const ask = () => inquiries.ask(({ id }) => ids.push(id), { kind: 'census' }, 60_000);
  const [first, second] = [ask(), ask()];
  inquiries.answered(ids[1], census(2));
  inquiries.answered(ids[0], census(1));
  expect(await Promise.all([first, second])).toEqual([census(1), census(2)]);
});

it('does not wait for ever, and takes no answer for another', async () => {
  const inquiries = new Inquiries();
  const ids: number[] = [];
  const ask = (millis: number) => inquiries.ask(({ id }) => ids.push(id), { kind: 'census' }, millis);
  expect(await ask(1)).toBeUndefined();
  const next = ask(60_000);
  inquiries.answered(ids[0], census(1));
  inquiries.answered(ids[1], census(2));
  expect(await next).toEqual(census(2));
});
