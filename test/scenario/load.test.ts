import { expect, test } from 'vitest';
import { mistake, planText } from './planning.ts';

const steps = 'steps: [{ call: ping }]\n';

function faultsOf(text: string): string[] {
  const error = mistake(() => planText(text));
  expect(error).toMatchObject({ code: 'MCPB_E_SCENARIO', exitCode: 104 });
  return error.message.split('\n').map((line) => line.replace(/^x\.yaml:/, ''));
}

test.each([
  ['vus: ten', '2:6 "ten" is not a whole number above zero, cores, or cores:12 (one per core, at most 12)'],
  ['vus: 0', '2:6 "0" is not a whole number above zero, cores, or cores:12 (one per core, at most 12)'],
  ['vus: [1]', '2:6 expected a whole number above zero, cores, or cores:12 (one per core, at most 12)'],
  ['duration: 10x', '2:11 "10x" is not a duration above zero such as 30s or 250ms'],
  ['duration: 0s', '2:11 "0s" is not a duration above zero such as 30s or 250ms'],
  ['warmup: -1', '2:9 "-1" is not a duration such as 30s or 250ms'],
  ['rate: 5', '2:1 unknown key "rate": it belongs to the executors constant-arrival-rate and connection-arrival'],
  ['executor: constant-arrival-rate', '1:1 rate is missing: expected a rate such as 500/s'],
  ['executor: ramping-vus', '1:1 stages is missing'],
  ['executor: ramping-vus\nstages: []', '3:9 expected at least one stage'],
  ['executor: ramping-vus\nstages: [{ duration: 1s }]', '3:10 target is missing: expected a level such as 100'],
  ['executor: ramping-vus\nstages: [{ duration: 1s, target: 2.5 }]', '3:9 a number of VUs is whole'],
  ['executor: ramping-vus\nstartVUs: 0\nstages: [{ duration: 1s, target: 0 }]', '4:9 the load is never above zero'],
  [
    'executor: constant-vu',
    '2:11 "constant-vu" is not one of constant-vus, ramping-vus, per-vu-iterations, shared-iterations, constant-arrival-rate, ramping-arrival-rate, session-arrival, connection-arrival — did you mean "constant-vus"?',
  ],
  [
    'transport: websokcet',
    '2:12 "websokcet" is not one of websocket, tcp, http, sse, stdio — did you mean "websocket"?',
  ],
  ['trasport: http', '2:1 unknown key "trasport" — did you mean "transport"?'],
  ['target: http://h/\ntransport: tcp', '2:9 target "http://h/": its transport is http, not tcp'],
  [
    'target: localhost:1',
    '2:9 target "localhost:1": it is neither bundled nor a URL beginning with http(s)://, ws(s)://, tcp(s):// or sse+http(s)://, nor stdio:COMMAND',
  ],
  ['headers: { "a b": c }', '2:12 not a header name'],
  ['headers: { Connection: close }', '2:12 this header is written by the client itself'],
  ['headers: { a: "b\\nc" }', '2:15 a header value is one line'],
  [
    'auth: { token: t }\nheaders: { authorization: x }',
    '2:7 the token and the Authorization header contradict each other',
  ],
  [
    'localAddresses: [127.0.0.2-127.0.0.1]',
    '2:18 "127.0.0.2-127.0.0.1" is not an address, or a range of at most 1024 such as 127.0.0.2-127.0.0.9',
  ],
  ['maxConnections: 5', '2:17 5 connections are fewer than the 10 VUs'],
  ['thresholds: [error_rate<1, nope<1]', '2:28 threshold "nope<1": there is no metric "nope"'],
  [
    'thresholds: ["error_rate{operation:pong}<1"]',
    '2:14 threshold "error_rate{operation:pong}<1": no operation is named "pong" — did you mean "ping"?',
  ],
  ['thresholds: [7]', "2:14 a threshold is a text such as 'error_rate<0.01', or a map with expression"],
  ['thresholds: error_rate<1', '2:13 expected a list of thresholds, or a map of them by metric'],
  ['thresholds: [{ abortOnFail: true }]', '2:14 expression is missing'],
  ['thresholds: [{ expression: p(95)<1 }]', '2:28 threshold "p(95)<1": it is not written metric'],
  ['thresholds: [{ threshold: error_rte<1 }]', '2:27 threshold "error_rte<1": there is no metric "error_rte" — did'],
  ['thresholds: [{ expression: error_rate<1, abortOnFial: true }]', '2:42 unknown key "abortOnFial" — did you mean'],
  ['thresholds: [{ expression: error_rate<1, abortOnFail: 1 }]', '2:55 expected boolean, found a number'],
  ['thresholds: [{ expression: error_rate<1, delay: 1s }]', '2:49 it says from when on abortOnFail counts'],
  ['thresholds: [{ expression: error_rate<1, abortOnFail: true, delay: x }]', '2:68 "x" is not a duration'],
  [
    'thresholds: [{ expression: error_rate<1, threshold: error_rate<1 }]',
    '2:53 "threshold" is another word for "expression"',
  ],
  [
    'thresholds: [{ expression: error_rate<1, abortOnFail: true, delay: 1s, delayAbortEval: 1s }]',
    '2:88 "delayAbortEval" is another word for "delay"',
  ],
  ['thresholds: { response_time: ["p(99)<5", "p99<5"] }', '2:42 threshold "response_time:p99<5": it is not written'],
  [
    'thresholds: { response_tme: [{ threshold: "p(99)<5", abortOnFail: true }] }',
    '2:43 threshold "response_tme:p(99)<5": there is no metric "response_tme" — did you mean "response_time"?',
  ],
  ['thresholds: { "error_rate{operation:pong}": [<1] }', '2:46 threshold "error_rate{operation:pong}<1": no operation'],
  [
    'thresholds: ["error_rate{stage:1}<1"]',
    '2:14 threshold "error_rate{stage:1}<1": there is no stage 1: the first of 1 is 0',
  ],
  ['scenarios: {}', '2:12 expected at least one scenario'],
  [`auth: { token: \${NOPE} }`, '2:16 environment variable NOPE is not set'],
])('%s', (line, fault) => {
  const found = faultsOf(`${steps}${line}`);
  expect(found.filter((message) => message.startsWith(fault))).toHaveLength(1);
});

test.each([
  ['steps: []', '1:8 expected at least one step'],
  ['steps: [connect]', '1:8 the steps make no request: add a call or a mix'],
  [
    'steps: [conect, { call: ping }]',
    '1:9 "conect" is not one of connect, initialize, close — did you mean "connect"?',
  ],
  [
    'steps: [{ call: ping }, connect]',
    '1:25 connect cannot stand here: the order is connect, initialize, calls and holds, close',
  ],
  [
    'steps: [{ call: ping }, close, { call: ping }]',
    '1:32 call cannot stand here: the order is connect, initialize, calls and holds, close',
  ],
  ['steps: [{ call: tools/lst }]', '1:17 "tools/lst" is not an MCP method — did you mean "tools/list"?'],
  ['steps: [{ call: tools/call }]', '1:17 tools/call needs a name (the tool)'],
  ['steps: [{ call: ping, name: x }]', '1:29 ping takes no name'],
  ['steps: [{ call: ping, expect: fine }]', '1:31 expected ok, tool_error or rpc_error:CODE'],
  [
    'steps: [{ call: ping, checks: { c: result } }]',
    '1:36 check "c": "result" is not a path, or a path, an operator and a literal',
  ],
  ['steps: [{ call: ping }, { think: soon }]', '1:34 "soon" is not a duration such as 30s or 250ms'],
  [
    'steps: [{ call: ping }, { think: { exponential: 0 } }]',
    '1:49 "0" is not a duration above zero such as 30s or 250ms',
  ],
  ['steps: [{ call: ping }, { think: { uniform: [1s, x] } }]', '1:50 "x" is not a duration such as 30s or 250ms'],
  [
    'steps: [{ call: ping }, { think: { uniform: [2s, 1s] } }]',
    '1:45 the first duration is the shortest, the second the longest',
  ],
  ['steps: [{ call: ping }, { think: { uniform: [2s] } }]', '1:45 expected two durations'],
  [
    'steps: [{ call: ping }, { think: [] }]',
    '1:34 expected a duration, { exponential: MEAN } or { uniform: [SHORTEST, LONGEST] }',
  ],
  ['steps: [{ call: ping }, { close: softly }]', '1:34 "softly" is not one of delete, abandon, kill'],
  ['steps: [{ mix: [{ weight: 0, call: ping }] }]', '1:27 "0" is not a weight above zero'],
  [
    'steps: [{ call: ping }, 7]',
    '1:25 a step is connect, initialize, close, or a map with one of call, mix, think, hold, close',
  ],
  [
    'steps: [{ call: tools/call, name: a, arguments: { x: 1 } }, { call: tools/call, name: a }]',
    '1:61 another call is named "tools/call a" too: tell them apart with as:',
  ],
  [
    'inFlight: 2\nsteps: [{ call: ping }, { think: 1s }]',
    '1:11 more than one in flight does not go with a step that waits or closes (think)',
  ],
])('%s', (text, fault) => {
  expect(faultsOf(text)).toEqual([fault]);
});

test.each([
  ['ab: {}', '2:1 "ab"'],
  ['targets: {}', '2:1 "targets"'],
  ['bundled: { backend: echo, config: {} }', '2:27 "config"'],
])('refuses %s as not supported', (line, start) => {
  const verb = /targets$/.test(start) ? 'are' : 'is';
  expect(faultsOf(`${steps}${line}`)).toEqual([`${start} ${verb} not supported by this version`]);
});

test.each([
  [
    'call: prompts/get, name: x, arguments: fromSchema',
    'only the arguments of tools have a schema, those of prompts/get have none',
  ],
  [
    "call: tools/call, name: 'x{{vu}}', arguments: fromSchema",
    'arguments from a schema need a tool that is named without templates',
  ],
  [
    'call: tools/call, name: x, arguments: fromScheme',
    '"fromScheme" is not one of fromSchema — did you mean "fromSchema"?',
  ],
  ['call: tools/call, name: x, arguments: 5', 'expected a map of arguments, or fromSchema'],
])('refuses { %s }', (call, fault) => {
  expect(faultsOf(`steps: [{ ${call} }]`)).toEqual([expect.stringContaining(fault)]);
});

test('reports every fault of a file at once, in its order', () => {
  const text = [
    'vus: ten',
    'trasport: http',
    'ab: {}',
    'executor: constant-vu',
    'steps:',
    '  - call: tools/lst',
    '    checks: { c: nope }',
    '  - think: { uniform: [1, x] }',
    '  - call: ping',
    `    name: \${NAME}`,
    'thresholds: [p(95)<1]',
  ].join('\n');
  expect(faultsOf(text).map((line) => line.split(' ')[0])).toEqual([
    '1:6',
    '2:1',
    '3:1',
    '4:11',
    '7:18',
    '8:27',
    '10:11',
    '11:14',
  ]);
});

test('faults between parts of a file are told at once too', () => {
  const text =
    'maxConnections: 5\nthresholds: ["error_rate{operation:x}<1"]\ninFlight: 2\nsteps: [{ call: ping }, { hold: 1s }]';
  expect(faultsOf(text).map((line) => line.split(' ')[0])).toEqual(['1:17', '2:14', '3:11']);
});

test('faults inside one of several scenarios stand where they are', () => {
  expect(
    faultsOf(
      'scenarios:\n  a:\n    steps: [{ call: ping }]\n    maxConnections: 2\n  b:\n    vus: x\n    steps: [{ call: ping }]\n',
    ),
  ).toEqual(['6:10 "x" is not a whole number above zero, cores, or cores:12 (one per core, at most 12)']);
});

test('no more than 32 operations', () => {
  const calls = Array.from({ length: 33 }, (_, n) => `  - { call: tools/call, name: t${n} }`);
  expect(faultsOf(`steps:\n${calls.join('\n')}`)).toEqual(['1:1 33 operations are more than 32']);
  expect(planText(`steps:\n${calls.slice(1).join('\n')}`).scenarios[0].operations).toHaveLength(32);
});
