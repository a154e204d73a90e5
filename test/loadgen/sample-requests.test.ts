import { expect, test } from 'vitest';
import { sampleRequests } from '../../src/loadgen/sample-requests.ts';
import { describeSamples } from '../../src/scenario/describe.ts';
import { planFiles, planText } from '../scenario/planning.ts';
import { runHere } from '../support/engine.ts';
import { serve } from '../support/servers/serve.ts';
import { answerAtOnce } from '../support/servers/server.ts';
import { startWebSocketServer } from '../support/servers/websocket.ts';

test('what is shown is what is sent first', async () => {
  const server = await serve(startWebSocketServer, { answer: answerAtOnce });
  const text = `warmup: 0
executor: shared-iterations
vus: 1
iterations: 1
data: { w: { csv: w.csv, pick: random } }
steps:
  - { call: tools/call, name: 'a{{random(3)}}', as: a, arguments: { m: '{{data.word}} {{vu}}', n: '{{iteration}}' } }
  - mix: [{ weight: 1, call: tools/call, name: b, arguments: { r: '{{random(9)}}' } }]
`;
  const plan = planFiles(
    { 'x.yaml': text, 'w.csv': `word\n${[...'abcdefghij'].join('\n')}\n` },
    { target: server.url },
  );
  await runHere(plan);
  const parametersIn = (body: string) => JSON.parse(body).params;
  expect(sampleRequests(plan).map(({ body }) => parametersIn(body))).toEqual(
    server.received.map((exchange) => parametersIn(exchange.text)),
  );
});

test('what only the target knows stands as it was written', () => {
  const plan = planText(`steps:
  - { call: tools/list, capture: { cursor: $.result.nextCursor } }
  - { call: tools/list, as: more, arguments: { cursor: '{{cursor}}', text: 'at {{cursor}}' } }
  - { call: tools/call, name: echo, arguments: fromSchema }
`);
  expect(describeSamples(sampleRequests(plan)).split('\n').slice(2)).toEqual([
    expect.stringMatching(/^ {2}more: .*"params":\{"cursor":"\{\{cursor\}\}","text":"at \{\{cursor\}\}"\}\}$/),
    expect.stringMatching(/^ {2}tools\/call echo: .*"params":\{"name":"echo","arguments":"fromSchema"\}\}$/),
  ]);
});
