import { describe, expect, test } from 'vitest';
import { isRendered, writtenBody } from '../../src/scenario/fields.ts';
import { requirementsOf } from '../../src/scenario/requirements.ts';
import { folder, mistake, plan, planFiles, planText } from './planning.ts';

const call = (keys: string): string => `steps: [{ call: tools/call, name: echo, ${keys} }]\n`;
const words = 'data: { words: { csv: words.csv } }\n';

function faultsOf(text: string, files: Readonly<Record<string, string>> = {}): string[] {
  const error = mistake(() => planFiles({ 'x.yaml': text, ...files }));
  expect(error).toMatchObject({ code: 'MCPB_E_SCENARIO', exitCode: 104 });
  return error.message.split('\n');
}

describe('faults of templates', () => {
  test.each([
    [call('arguments: { m: "{{vuu}}" }'), 'x.yaml:1:57 {{vuu}}: there is no "vuu" — did you mean "vu"?'],
    [call('arguments: { m: "{{curser}}" }'), 'x.yaml:1:57 {{curser}}: there is no "curser"'],
    [call('arguments: { m: "{{data.w}}" }'), 'x.yaml:1:57 {{data.w}}: the scenario has no data'],
    [call('arguments: { "{{vu}}": 1 }'), 'x.yaml:1:64 "{{vu}}": a template can be a value, not a key'],
    [
      call('arguments: { a: [1, { b: "{{vu}" }] }'),
      `x.yaml:1:66 "{{vu}" is not a template: no }} closes it (braces as they are: {{'{{'}})`,
    ],
    [
      call('arguments: { a: "{{number(vu)}}" }'),
      'x.yaml:1:57 {{number(vu)}}: only a column of data can be sent as a number',
    ],
    [
      'steps: [{ call: ping }]\ndescription: hi {{vu}}',
      'x.yaml:2:14 a template can stand in the name and the arguments of a call only',
    ],
    [
      'steps: [{ call: ping, as: "{{vu}}" }]',
      'x.yaml:1:27 a template can stand in the name and the arguments of a call only',
    ],
  ])('%s', (text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });

  test('all at once, in several steps and a mix', () => {
    const text = [
      'steps:',
      '  - call: tools/call',
      '    name: "{{vuu}}"',
      '    arguments: { a: "{{iterations}}" }',
      '  - mix:',
      '      - { weight: 1, call: tools/call, name: a, arguments: { b: "{{data.x}}" } }',
    ].join('\n');
    expect(faultsOf(text)).toEqual([
      'x.yaml:3:11 {{vuu}}: there is no "vuu" — did you mean "vu"?',
      'x.yaml:4:21 {{iterations}}: there is no "iterations" — did you mean "iteration"?',
      'x.yaml:6:65 {{data.x}}: the scenario has no data',
    ]);
  });

  test('a capture is known to later steps only', () => {
    const text = [
      'steps:',
      '  - { call: tools/list, as: first, arguments: { cursor: "{{cursor}}" } }',
      '  - { call: tools/list, as: second, capture: { cursor: $.result.nextCursor } }',
      '  - { call: tools/list, as: third, arguments: { cursor: "{{cursor}}" } }',
    ].join('\n');
    expect(faultsOf(text)).toEqual(['x.yaml:2:57 {{cursor}}: "cursor" is captured by no earlier call']);
  });

  test.each([
    ['capture: { vu: $.result }', 'x.yaml:1:52 this word means something else in a template'],
    ['capture: { "a b": $.result }', 'x.yaml:1:52 the name of a capture is made of letters, digits and _'],
    ['capture: { a: result }', 'x.yaml:1:55 "result" is not a path such as $.result.nextCursor'],
    ['capture: { a: $.result == 1 }', 'x.yaml:1:55 "$.result == 1" is not a path such as $.result.nextCursor'],
  ])('%s', (keys, fault) => {
    expect(faultsOf(call(keys))).toEqual([fault]);
  });
});

describe('faults of data', () => {
  const file = (content: string) => ({ 'words.csv': content });
  const used = (expression: string) => `${words}${call(`arguments: { m: "{{${expression}}}" }`)}`;

  test.each([
    [
      used('data.wrod'),
      file('word\nx\n'),
      'x.yaml:2:57 {{data.wrod}}: no data has a column "wrod" — did you mean "data.word"?',
    ],
    [
      used('number(data.n)'),
      file('n\n1\n2.5\n\nx\n'),
      'x.yaml:2:57 {{number(data.n)}}: words.csv:5 has "x", which is no number',
    ],
    [
      `${words}${call('arguments: { m: "n {{number(data.n)}}" }')}`,
      file('n\n1\n'),
      'x.yaml:2:57 {{number(data.n)}}: a number is a whole value, not part of a text',
    ],
    [used('data.word'), file('word,other\na,b\nc\n'), 'x.yaml:1:23 words.csv:3 the row has 1 fields, the header 2'],
    [used('data.word'), file('word,word\na,b\n'), 'x.yaml:1:23 words.csv:1 two columns have the same name'],
    [used('data.word'), file('word,\na,b\n'), 'x.yaml:1:23 words.csv:1 a column has no name'],
    [used('data.word'), file('word\n"a\n'), 'x.yaml:1:23 words.csv:2 a quote is never closed'],
    [used('data.word'), file('word\n'), 'x.yaml:1:23 words.csv has no rows'],
    [used('data.word'), file(''), 'x.yaml:1:23 words.csv has no rows'],
    [`data: { w: { csv: a, ndjson: b } }\n${call('as: x')}`, {}, 'x.yaml:1:12 expected a file: csv or ndjson'],
    [`data: { w: { csv: a, pick: rnd } }\n${call('as: x')}`, {}, 'x.yaml:1:28 "rnd" is not one of random, sequential'],
  ])('%s', (text, files, fault) => {
    expect(faultsOf(text, files)).toEqual([fault]);
  });

  test('five of one file, then their number', () => {
    const lines = Array.from({ length: 9 }, () => 'x,y');
    expect(faultsOf(used('data.word'), file(`word\n${lines.join('\n')}`))).toEqual([
      ...[2, 3, 4, 5, 6].map((line) => `x.yaml:1:23 words.csv:${line} the row has 2 fields, the header 1`),
      'x.yaml:1:23 words.csv: 4 more faults of this kind',
    ]);
  });

  test('a file that is not there, and one that is no text', () => {
    expect(faultsOf(used('data.word'))[0]).toMatch(/^x\.yaml:1:23 there is no file .*words\.csv$/);
    const cwd = folder({ 'x.yaml': used('data.word') });
    expect(faultsOf(used('data.word'), { 'words.csv': '\ud800' })[0]).toBeDefined();
    expect(cwd).not.toBe('');
  });

  test('ndjson: every line an object with the columns that are used', () => {
    const text = `data: { w: { ndjson: w.ndjson } }\n${call('arguments: { m: "{{data.a}}" }')}`;
    const of = (content: string) => faultsOf(text, { 'w.ndjson': content });
    expect(of('{"a":1}\n[1]\n{"a":\n')).toEqual([
      'x.yaml:1:22 w.ndjson:2 the line is not a JSON object',
      'x.yaml:1:22 w.ndjson:3 the line is not a JSON object',
    ]);
    expect(of('{"a":1}\n\n{"b":1}\n')).toEqual(['x.yaml:2:57 {{data.a}}: w.ndjson:3 has no "a"']);
    expect(of('{"a":1}\n{"constructor":1}\n')).toEqual(['x.yaml:2:57 {{data.a}}: w.ndjson:2 has no "a"']);
  });

  test('a column of two files must be told apart', () => {
    const text = (column: string) =>
      `data: { a: { csv: a.csv }, b: { csv: b.csv } }\n${call(`arguments: { m: "{{data.${column}}}" }`)}`;
    const files = { 'a.csv': 'word\nx\n', 'b.csv': 'word\ny\n' };
    expect(faultsOf(text('word'), files)).toEqual([
      'x.yaml:2:57 {{data.word}}: which one is meant, data.a.word or data.b.word?',
    ]);
    const { scenarios } = planFiles({ 'x.yaml': text('b.word'), ...files });
    expect(scenarios[0].operations[0].fields).toMatchObject([{ feeder: 1, column: 'word' }]);
  });

  test('more prepared requests than fit', () => {
    const long = 'x'.repeat(5000);
    const rows = Array.from({ length: 60_000 }, (_, n) => n).join('\n');
    const text = `${words}${call(`arguments: { m: "${long}{{data.n}}" }`)}`;
    expect(faultsOf(text, file(`n\n${rows}\n`))).toEqual([
      expect.stringMatching(/^x\.yaml:1:7 a request for every row takes \d+.* in each worker, more than 256/),
    ]);
  });
});

describe('plans', () => {
  const csv = 'word,n\nalpha,1\n"be,ta",2\n';

  test('of a call without templates are what they were', () => {
    const [operation] = planText(call('arguments: { m: hi }')).scenarios[0].operations;
    expect(Object.keys(operation)).toEqual(['name', 'method', 'body', 'idOffset', 'expect', 'checks']);
  });

  test('hold what looks like a mark of ours as the text it is', () => {
    const odd = '\ue0000\ue001\ue000\ue001 \ue0000\ue002';
    const operation = (text: string) => ({
      method: 'tools/call',
      name: odd,
      arguments: JSON.stringify({ m: text, o: odd }),
    });
    const [plain] = plan({ operation: operation(odd) }).scenarios[0].operations;
    expect(JSON.parse(plain.body).params).toEqual({ name: odd, arguments: { m: odd, o: odd } });
    const [filled] = plan({ operation: operation('{{vu}}') }).scenarios[0].operations;
    const written = JSON.parse(writtenBody(filled.body, filled.fields ?? []));
    expect(written.params).toEqual({ name: odd, arguments: { m: '{{vu}}', o: odd } });
  });

  test('carry the columns that are used, and no other', () => {
    const made = planFiles({ 'x.yaml': `${words}${call('arguments: { m: "{{data.word}}" }')}`, 'words.csv': csv });
    expect(made.data).toEqual([
      {
        name: 'words',
        pick: 'sequential',
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        rows: 2,
        columns: { word: ['alpha', 'be,ta'] },
      },
    ]);
  });

  test('show templates as they were written', () => {
    const text = call('arguments: { m: "hi {{vu}} {{random(3)}}", n: "{{iteration}}", s: "{{string(vu)}}" }');
    const { scenarios, resolved } = planText(text);
    const [{ body, fields = [] }] = scenarios[0].operations;
    const args = '{"m":"hi {{vu}} {{random(3)}}","n":"{{iteration}}","s":"{{string(vu)}}"}';
    expect(writtenBody(body, fields)).toContain(args);
    expect(JSON.stringify(resolved)).toContain(JSON.stringify(args).slice(1, -1));
    expect(JSON.stringify(resolved)).not.toMatch(/[\uE000-\uE002]/);
  });

  test('the content of data counts in the hash, its name and place do not', () => {
    const hash = (path: string, content: string) =>
      planFiles({
        'x.yaml': `data: { words: { csv: ${path} } }\n${call('arguments: { m: "{{data.word}}" }')}`,
        [path]: content,
      }).hash;
    expect(hash('a.csv', csv)).toBe(hash('b.csv', csv));
    expect(hash('a.csv', csv)).not.toBe(hash('a.csv', csv.replace('alpha', 'omega')));
  });

  test('say what is put together for every exchange', () => {
    const files = { 'words.csv': csv, 'other.csv': 'x\n1\n' };
    const text = [
      'data: { words: { csv: words.csv }, other: { csv: other.csv } }',
      'steps:',
      '  - { call: tools/list, capture: { cursor: $.result.nextCursor } }',
      '  - { call: tools/call, name: numbers, arguments: { a: "{{vu}}{{random(2)}}" } }',
      '  - { call: tools/call, name: one, arguments: { a: "{{data.word}}", b: "{{data.n}}" } }',
      '  - { call: tools/call, name: two, arguments: { a: "{{data.word}}", b: "{{data.x}}" } }',
      '  - { call: tools/call, name: page, arguments: { a: "{{cursor}}" } }',
    ].join('\n');
    const { operations } = planFiles({ 'x.yaml': text, ...files }).scenarios[0];
    expect(operations.map(({ name, fields = [] }) => [name, isRendered(fields)])).toEqual([
      ['tools/list', false],
      ['tools/call numbers', false],
      ['tools/call one', false],
      ['tools/call two', true],
      ['tools/call page', true],
    ]);
  });

  test('the memory of prepared requests is counted for every worker', () => {
    const rows = Array.from({ length: 1000 }, (_, n) => `word${n}`).join('\n');
    const of = (expression: string, workers: number) =>
      requirementsOf(
        planFiles(
          { 'x.yaml': `${words}${call(`arguments: { m: "${expression}" }`)}`, 'words.csv': `word\n${rows}\n` },
          { workers: String(workers) },
        ),
      ).memoryBytes - requirementsOf(planText(call('arguments: { m: x }'), { workers: String(workers) })).memoryBytes;
    expect(of('x', 1)).toBe(0);
    expect(of('{{data.word}}', 1)).toBeGreaterThan(1000 * 300);
    expect(of('{{data.word}}', 1)).toBeLessThan(1000 * 700);
    expect(of('{{data.word}}', 2) / of('{{data.word}}', 1)).toBeCloseTo(1.9, 0);
  });
});

describe('on the command line', () => {
  test('templates stand in arguments and name, and the rest is sent as it was written', () => {
    const operation = {
      method: 'tools/call',
      name: 'tool-{{vu}}',
      arguments: '{ "big": 12345678901234567890, "m":"{{vu}}" }',
    };
    const [{ body, fields = [] }] = plan({ operation }).scenarios[0].operations;
    expect(fields.map(({ written }) => written)).toEqual(['vu', 'vu']);
    expect(writtenBody(body, fields)).toContain(
      '"name":"tool-{{vu}}","arguments":{ "big": 12345678901234567890, "m":"{{vu}}" }',
    );
  });

  test.each([
    ['{"m":"{{vuu}}"}', '{{vuu}}: there is no "vuu" — did you mean "vu"?'],
    ['{"{{vu}}":1}', '"{{vu}}": a template can be a value, not a key'],
    ['{"m":"{{vu}"}', `"{{vu}" is not a template: no }} closes it (braces as they are: {{'{{'}})`],
  ])('%s', (text, message) => {
    const error = mistake(() => plan({ operation: { method: 'tools/call', name: 'e', arguments: text } }));
    expect(error).toMatchObject({ code: 'MCPB_E_USAGE', message });
  });
});

test('characters that stand for fields in a plan stay what they are in keys and texts', () => {
  const odd = '\uE0000\uE001 \uE000 \uE0000\uE002';
  const written = JSON.stringify({ [odd]: odd, v: `${odd} {{vu}}` });
  const { operations } = planText(call(`arguments: ${written}`)).scenarios[0];
  const { body, fields = [] } = operations[0];
  expect(JSON.parse(writtenBody(body, fields)).params.arguments).toEqual({ [odd]: odd, v: `${odd} {{vu}}` });
});
