import { expect, test } from 'vitest';
import { mistake, plan, planText } from './planning.ts';

const file = 'vus: 20\nduration: 20s\nwarmup: 2s\ntarget: ws://file:1/\nsteps: [{ call: tools/list }]\n';
const bare = 'steps: [{ call: tools/list }]\n';

test('defaults of an ad-hoc run', () => {
  const made = plan({});
  expect(made).toMatchObject({ name: 'ad-hoc', workers: 1, speed: 1, pacing: 'auto', backend: 'echo', tags: {} });
  expect(made.thresholds.map(({ expression }) => expression)).toEqual(['error_rate<0.01']);
  expect(made.scenarios).toHaveLength(1);
  expect(made.scenarios[0]).toMatchObject({
    name: 'default',
    startTime: 0,
    era: 'auto',
    lifecycle: 'auto',
    target: { bundled: true, transport: 'http', path: '/mcp' },
    executor: { kind: 'constant-vus', model: 'closed', vus: 10 },
    phases: { warmup: 3, measure: 10, cooldown: 1 },
    steps: [{ type: 'call', operation: 0 }],
    timeout: 30_000,
    connectTimeout: 5_000,
    inFlight: 1,
    maxConnections: 10_000,
    localAddresses: [],
    headers: [],
  });
  expect(made.scenarios[0].operations[0].method).toBe('tools/list');
});

test('a plan is frozen throughout and can be cloned', () => {
  const made = plan({ scenario: 'ramp-5k' });
  expect(Object.isFrozen(made)).toBe(true);
  expect(Object.isFrozen(made.scenarios[0].executor.stages[0])).toBe(true);
  expect(Object.isFrozen(made.scenarios[0].operations[0].checks[0].path)).toBe(true);
  expect(structuredClone(made)).toEqual(made);
});

test.each([
  ['default', bare, {}, {}, undefined, 10],
  ['configuration over default', bare, {}, {}, 'vus: 15', 15],
  ['scenario over configuration', file, {}, {}, 'vus: 15', 20],
  ['variable over scenario', file, { MCPB_VUS: '25' }, {}, 'vus: 15', 25],
  ['flag over variable', file, { MCPB_VUS: '25' }, { vus: '30' }, 'vus: 15', 30],
])('precedence: %s', (_name, text, env, overrides, config, vus) => {
  expect(planText(text, overrides, { env, ...(config && { config }) }).scenarios[0].executor.vus).toBe(vus);
});

test('every setting reaches the plan', () => {
  const made = planText(file, {
    target: 'ws://flag:2/x',
    era: 'legacy',
    duration: '7s',
    inFlight: '3',
    workers: 'cores',
    warmup: '0',
    headers: ['X-A: b:c', 'x-d:e'],
    timeout: '250ms',
    connectTimeout: '2s',
    thresholds: ['response_time:p(99)<250'],
    token: 't',
    localAddresses: ['127.0.0.2-127.0.0.4', '127.0.0.9'],
    maxConnections: '99',
    pacing: 'spin',
    tags: ['a=b=c'],
  });
  expect(made).toMatchObject({ workers: 4, pacing: 'spin', tags: { a: 'b=c' } });
  expect(made.scenarios[0]).toMatchObject({
    target: { transport: 'websocket', host: 'flag', port: 2 },
    era: 'legacy',
    phases: { warmup: 0, measure: 7, cooldown: 1 },
    inFlight: 3,
    headers: [
      ['X-A', 'b:c'],
      ['x-d', 'e'],
    ],
    timeout: 250,
    connectTimeout: 2000,
    token: 't',
    localAddresses: ['127.0.0.2', '127.0.0.3', '127.0.0.4', '127.0.0.9'],
    maxConnections: 99,
  });
});

test('an era that goes with neither a step nor a transport is told where it was said', () => {
  const steps = 'steps: [initialize, { call: tools/list }]\n';
  expect(mistake(() => planText(`era: modern\n${steps}`)).message).toContain(
    '1:6 there is no initialize in the modern era',
  );
  expect(mistake(() => planText(steps, { era: 'modern' })).message).toBe(
    '--era: there is no initialize in the modern era',
  );
  const sse = { target: 'sse+http://127.0.0.1:1/sse', era: 'modern' };
  expect(mistake(() => planText(bare, sse)).message).toBe('--era: there is no HTTP+SSE in the modern era');
});

test('configuration is found in a parent folder, with positions for its faults', () => {
  const error = mistake(() => plan({}, { config: 'vus: 3\nspeeed: 2\nrate: fast' }));
  expect(error).toMatchObject({ code: 'MCPB_E_CONFIG', exitCode: 104 });
  expect(error.message).toMatch(
    /mcpb\.config\.yaml:2:1 unknown key "speeed" — did you mean "speed"\?\n.*:3:7 "fast" is not a rate such as 500\/s$/,
  );
});

test('lists of layers are merged by name, thresholds by what they judge', () => {
  const made = planText(
    `${bare}tags: { a: file, b: file }\nheaders: { X-A: file, X-B: file }\nthresholds: ['error_rate<0.5', 'throughput>1']`,
    { tags: ['b=flag'], headers: ['x-b: flag'], thresholds: ['error_rate<0.1'] },
    { config: 'tags: { a: config, c: config }' },
  );
  expect(made.tags).toEqual({ a: 'file', b: 'flag', c: 'config' });
  expect(made.scenarios[0].headers).toEqual([
    ['X-A', 'file'],
    ['x-b', 'flag'],
  ]);
  expect(made.thresholds.map(({ expression }) => expression)).toEqual(['throughput>1', 'error_rate<0.1']);
});

test('a token and an Authorization header of a higher layer replace each other', () => {
  const withToken = `${bare}auth: { token: file }`;
  const withHeader = `${bare}headers: { Authorization: Basic x }`;
  expect(planText(withToken, { headers: ['authorization: y'] }).scenarios[0]).not.toHaveProperty('token');
  expect(planText(withHeader, { token: 'flag' }).scenarios[0]).toMatchObject({ token: 'flag', headers: [] });
  expect(mistake(() => plan({ overrides: { token: 'a', headers: ['Authorization: b'] } })).code).toBe('MCPB_E_USAGE');
});

test('references take the values of -e, and what is not set is a fault', () => {
  const text = `${bare}auth: { token: \${TOKEN} }`;
  expect(planText(text, { env: ['TOKEN=a=b'] }).scenarios[0].token).toBe('a=b');
  expect(planText(text, {}, { env: { TOKEN: 'env' } }).scenarios[0].token).toBe('env');
  expect(mistake(() => planText(text)).message).toBe('x.yaml:2:16 environment variable TOKEN is not set');
});

test('every fault of what was typed is told at once, under the name it was typed with', () => {
  const error = mistake(() =>
    plan(
      {
        overrides: {
          vus: 'x',
          duration: '5y',
          stages: ['30s'],
          headers: ['nope'],
          tags: ['t'],
          target: 'ftp://h',
          pacing: 'slow',
          thresholds: ['x<1'],
        },
      },
      { env: { MCPB_WORKERS: '0', MCPB_VUS: 'hidden by the flag' } },
    ),
  );
  expect(error).toMatchObject({ code: 'MCPB_E_USAGE', exitCode: 2 });
  const lines = error.message.split('\n').map((line) => line.split(':')[0]);
  expect(lines.toSorted()).toEqual([
    '--duration',
    '--header',
    '--pacing',
    '--stage',
    '--tag',
    '--target',
    '--threshold',
    '--vus',
    'MCPB_WORKERS',
  ]);
});

test('a list in a variable has one item a line', () => {
  const made = plan({}, { env: { MCPB_STAGES: '10s:5\n20s:9', MCPB_HEADERS: 'A: b, c\nD: e' } });
  expect(made.scenarios[0].executor.stages.map(({ to }) => to)).toEqual([5, 9]);
  expect(made.scenarios[0].headers).toEqual([
    ['A', 'b, c'],
    ['D', 'e'],
  ]);
});

test('the target of a flag moves every scenario, and its URL says the transport', () => {
  const made = plan({ scenario: 'smoke', overrides: { target: 'tcp://h:1?handshake=none' } });
  expect(made.scenarios.map(({ target }) => [target.transport, target.handshake])).toEqual([
    ['tcp', false],
    ['tcp', false],
    ['tcp', false],
  ]);
  expect(planText(file, { target: 'bundled', transport: 'tcp' }).scenarios[0].target).toMatchObject({
    bundled: true,
    transport: 'tcp',
  });
  expect(plan({ scenario: 'http-400', overrides: { target: 'bundled' } }).scenarios[0].target.path).toBe('/api/tools');
});

test.each([
  [{ target: 'ws://h/', transport: 'tcp' }, '--transport: target "ws://h/": its transport is websocket, not tcp'],
  [{ target: 'ws://h/', backend: 'echo' }, '--backend: it is the backend of --target bundled, which is not used here'],
  [{ transport: 'tcp', headers: ['A: b'] }, '--header: headers have no effect over tcp'],
  [{ vus: '20', maxConnections: '5' }, '--max-connections: 5 connections are fewer than the 20 VUs'],
  [
    { thresholds: ['error_rate{operation:x}<1'] },
    '--threshold: threshold "error_rate{operation:x}<1": no operation is named "x"',
  ],
])('refuses %j', (overrides, message) => {
  const error = mistake(() => plan({ overrides }));
  expect(error.code).toBe('MCPB_E_USAGE');
  expect(error.message).toBe(message);
});

test.each([
  [{ method: 'tools/call' }, 'tools/call needs a name (the tool)'],
  [{ method: 'tools/lst' }, '"tools/lst" is not an MCP method — did you mean "tools/list"?'],
  [{ method: 'tools/call', name: 'e', arguments: '{' }, 'the arguments are not JSON'],
  [{ method: 'tools/call', name: 'e', arguments: '[1]' }, 'the arguments are not a JSON object: [1]'],
])('refuses the operation %j', (operation, message) => {
  const error = mistake(() => plan({ operation }));
  expect(error.code).toBe('MCPB_E_USAGE');
  expect(error.message).toContain(message);
});

test('several scenarios share the keys outside and run from their start times', () => {
  const made = planText(
    'warmup: 0\nlifecycle: none\nheaders: { A: x }\nscenarios:\n  a: { steps: [{ call: ping }] }\n  b: { startTime: 5s, lifecycle: auto, headers: { B: y }, steps: [{ call: ping }] }\n',
  );
  expect(made.name).toBe('x');
  expect(made.scenarios).toMatchObject([
    { name: 'a', startTime: 0, lifecycle: 'none', phases: { warmup: 0 }, headers: [['A', 'x']] },
    {
      name: 'b',
      startTime: 5,
      lifecycle: 'auto',
      phases: { warmup: 0 },
      headers: [
        ['A', 'x'],
        ['B', 'y'],
      ],
    },
  ]);
});

test('the same call made twice is one operation; a mix keeps its weights', () => {
  const { steps, operations } = planText(
    'steps: [{ call: ping }, { mix: [{ weight: 3, call: ping }, { weight: 1, call: tools/list }] }]',
  ).scenarios[0];
  expect(operations.map(({ name }) => name)).toEqual(['ping', 'tools/list']);
  expect(steps[1]).toEqual({
    type: 'mix',
    choices: [
      { weight: 3, operation: 0 },
      { weight: 1, operation: 1 },
    ],
  });
});
