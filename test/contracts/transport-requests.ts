import { describe, expect, it } from 'vitest';
import { planFiles } from '../scenario/planning.ts';
import { outcomesOf, runHere, planOf as usual } from '../support/engine.ts';
import { serve, type TransportCase } from '../support/servers/serve.ts';
import { reply } from '../support/servers/server.ts';

const scenario = `
warmup: 0
cooldown: 0
executor: constant-arrival-rate
rate: 300/s
duration: 100ms
vus: 3
data: { words: { csv: words.csv } }
steps:
  - { call: tools/list, capture: { token: $.result.token } }
  - { call: tools/call, name: patched, arguments: { m: 'n {{iteration}}', n: '{{iteration}}' } }
  - { call: tools/call, name: pooled, arguments: { w: '{{data.word}}', n: '{{iteration}}' } }
  - { call: tools/call, name: rendered, arguments: { t: '{{token}}', n: '{{iteration}}', m: '{{data.word}} {{vu}}' } }
`;
const words = ['a', 'zwölf', 'x'.repeat(150), 'y'.repeat(70_000), '"\\\n'];
const csv = `word\n${words.map((word) => `"${word.replaceAll('"', '""')}"`).join('\n')}\n`;

/** Every way there is to make a request, with bodies of every length of a frame header. */
export function requests({ start, planOf = usual }: TransportCase): void {
  describe('requests', () => {
    it('arrive as they are meant, whichever way they are made', async () => {
      const server = await serve(start, { answer: ({ id, send }) => send(reply(id, { token: `token ${id}` })) });
      const plan = planFiles({ 'x.yaml': scenario, 'words.csv': csv });
      const [{ target }] = planOf({ target: server.url }).scenarios;
      const metrics = await runHere({ ...plan, scenarios: [{ ...plan.scenarios[0], target }] });
      expect(Object.keys(outcomesOf(metrics))).toEqual(['ok']);
      expect(server.received).toHaveLength(120);
      const tokens = server.received.filter(({ method }) => method === 'tools/list').map(({ id }) => `token ${id}`);
      const calls = server.received.flatMap(({ text }) => JSON.parse(text).params ?? []);
      const of = (name: string) => calls.filter((call) => call.name === name).map((call) => call.arguments);
      const numbers = Array.from({ length: 30 }, (_, n) => n);
      const byNumber = (name: string) => of(name).toSorted((a, b) => a.n - b.n);
      expect(byNumber('patched')).toEqual(numbers.map((n) => ({ n, m: `n ${String(n).padStart(10, '0')}` })));
      expect(byNumber('pooled')).toEqual(numbers.map((n) => ({ n, w: words[n % 5] })));
      expect(byNumber('rendered').map(({ n, m }) => ({ n, m }))).toEqual(
        numbers.map((n) => ({ n, m: `${words[n % 5]} 000000${1 + (n % 3)}` })),
      );
      expect(
        of('rendered')
          .map(({ t }) => t)
          .sort(),
      ).toEqual(tokens.sort());
    });
  });
}
