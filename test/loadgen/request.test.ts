import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ExchangeValues } from '../../src/loadgen/exchange-values.ts';
import { type ExchangeOwner, ExchangeTable } from '../../src/loadgen/exchanges.ts';
import { type Packed, type Packing, PreparedRequests, type RequestSource } from '../../src/loadgen/request.ts';
import { VariableBody } from '../../src/loadgen/variable-body.ts';
import { operationPlan } from '../../src/scenario/operations.ts';
import type { FeederPlan, OperationPlan } from '../../src/scenario/plan.ts';
import { TemplateFiller } from '../../src/scenario/template-filler.ts';
import { encodeMasked, Opcode } from '../../src/wire/websocket-frame.ts';
import { planOf } from '../support/engine.ts';

/** A masked frame of a text, in which the body begins at `at`. */
function frame(text: string, at: number): Packed {
  const { frame: bytes, payloadAt } = encodeMasked(Opcode.text, Buffer.from(text));
  return { bytes, bodyAt: payloadAt + at, maskedFrom: payloadAt };
}

function unmasked(bytes: Buffer): string {
  const payload = [6, 8, 14][[126, 127].indexOf(bytes[1] & 0x7f) + 1];
  const mask = bytes.subarray(payload - 4, payload);
  return Buffer.from(bytes.subarray(payload).map((byte, i) => byte ^ mask[i & 3])).toString();
}

const head = Buffer.from('POST / HTTP/1.1\r\nHost: h\r\nContent-Length: ');
const packings: Record<string, { packing: Packing; bodyOf(bytes: Buffer): string }> = {
  'a length before it, a head before that': {
    packing: {
      prefix: head,
      pack: (body) => {
        const length = `${Buffer.byteLength(body)}\r\n\r\n`;
        return { bytes: Buffer.from(length + body), bodyAt: length.length };
      },
    },
    bodyOf: (bytes) => {
      const [before, body] = bytes.toString().split('\r\n\r\n');
      expect(before).toBe(`${head}${Buffer.byteLength(body)}`);
      return body;
    },
  },
  'a mask': {
    packing: { prefix: Buffer.alloc(0), pack: (body) => frame(body, 0) },
    bodyOf: unmasked,
  },
  'a mask, in an envelope that repeats the id': {
    packing: {
      prefix: Buffer.alloc(0),
      pack: (body) => {
        const packed = frame(`{"id":1000000000,"body":${body}}`, 24);
        return { ...packed, outerIdAt: packed.bodyAt - 18 };
      },
    },
    bodyOf: (bytes) => {
      const { id, body } = JSON.parse(unmasked(bytes));
      expect(id).toBe(body.id);
      return JSON.stringify(body);
    },
  },
};

const seed = 1;
const slot = 5;
const exchange = fc.record({
  number: fc.oneof(fc.nat({ max: 100 }), fc.nat({ max: 1e10 - 1 })),
  step: fc.nat({ max: 20 }),
  id: fc.integer({ min: 1e9, max: 2e9 - 1 }),
});

/** Columns `w` (text) and `j` (any JSON) of one file, `o` of another, and what was captured. */
interface World {
  readonly rows: readonly { readonly w: string; readonly j: fc.JsonValue }[];
  readonly other: readonly string[];
  readonly cap: fc.JsonValue;
}
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).filter((value) => !value.includes('{{'));
const value = fc.jsonValue({ maxDepth: 2 }).map((json): fc.JsonValue => JSON.parse(JSON.stringify(json)));
const world: fc.Arbitrary<World> = fc.record({
  rows: fc.array(fc.record({ w: text, j: value }), { minLength: 1, maxLength: 6 }),
  other: fc.array(text, { minLength: 1, maxLength: 3 }),
  cap: value,
});

/** What a template must have become, given the rows in use. Random numbers are known by their width alone. */
const expressions = [
  'vu',
  'iteration',
  'random(1)',
  'random(9)',
  'random(15)',
  'data.w',
  'data.j',
  'data.o',
  'cap',
  'string(data.j)',
  'string(vu)',
  'string(cap)',
];
const template = (known: readonly string[]) => {
  const expression = fc.constantFrom('', ...known).map((name) => (name === '' ? '' : `{{${name}}}`));
  return fc.array(fc.oneof(text, expression), { maxLength: 4 }).map((parts) => parts.join(''));
};

function sourceOf(operation: OperationPlan, { rows, other, cap }: World, packing: Packing) {
  const data: FeederPlan[] = [
    {
      name: 'a',
      pick: 'sequential',
      sha256: '',
      rows: rows.length,
      columns: { w: rows.map(({ w }) => w), j: rows.map(({ j }) => j) },
    },
    { name: 'b', pick: 'random', sha256: '', rows: other.length, columns: { o: other } },
  ];
  const table = new ExchangeTable(1024);
  const [scenario] = planOf({ rate: '10', vus: '7', target: 'ws://h:1/' }).scenarios;
  const values = new ExchangeValues(table, scenario.executor, data, seed);
  const variable = operation.fields && { variable: new VariableBody(operation, values) };
  const prepared = new PreparedRequests([{ ...operation, ...variable }], packing);
  const [source] = prepared.sources(packing);
  const use = (number: number, step: number) => {
    const owner: ExchangeOwner = {
      number,
      step,
      ended: () => undefined,
      capture: () => undefined,
      captured: () => cap,
    };
    table.owner[slot] = owner;
  };
  return { source, use, values };
}

function planned(args: Record<string, unknown>): OperationPlan {
  const feeder = (name: string, columns: string[]) => ({
    name,
    file: name,
    pick: 'sequential' as const,
    sha256: '',
    rows: [],
    columns: new Set(columns),
  });
  const scope = {
    feeders: [feeder('a', ['w', 'j']), feeder('b', ['o'])],
    captures: new Set(['cap']),
    capturesAnywhere: new Set(['cap']),
  };
  return operationPlan(
    { method: 'tools/call', name: 'n', arguments: args },
    new TemplateFiller(scope, (_, message) => expect.unreachable(message)),
  );
}

/** The value a template stands for, with `#` for every digit of a random number. */
function meaning(
  written: string,
  number: number,
  row: World['rows'][number],
  other: string,
  cap: fc.JsonValue,
): unknown {
  const one = (name: string): unknown => {
    if (name === 'vu') return 1 + (number % 7);
    if (name === 'iteration') return number;
    if (name === 'cap') return cap;
    return { 'data.w': row.w, 'data.j': row.j, 'data.o': other }[name];
  };
  const asText = (name: string): string => {
    const bare = name.replace(/^string\((.*)\)$/, '$1');
    const digits = { vu: 7, iteration: 10 }[bare] ?? Number(/^random\((\d+)\)$/.exec(bare)?.[1]);
    if (bare.startsWith('random')) return '#'.repeat(digits);
    const meant = one(bare);
    if (digits > 0) return String(meant).padStart(digits, '0');
    return typeof meant === 'string' ? meant : JSON.stringify(meant);
  };
  const whole = /^\{\{([^{}]*)\}\}$/.exec(written)?.[1];
  if (whole?.startsWith('random')) return '#';
  if (whole !== undefined && !whole.startsWith('string')) return one(whole);
  return written.replace(/\{\{([^{}]*)\}\}/g, (_, name: string) => asText(name));
}

/** A sent value with its random digits hidden where the meaning has `#`. */
function hidden(sent: unknown, meant: unknown, written: string): unknown {
  const width = /^\{\{random\((\d+)\)\}\}$/.exec(written)?.[1];
  if (width !== undefined) {
    expect(Number.isInteger(sent) && Number(sent) >= 0 && Number(sent) < 10 ** Number(width)).toBe(true);
    return '#';
  }
  if (typeof sent !== 'string' || typeof meant !== 'string') return sent;
  return sent.replace(/\d/g, (digit, at: number) => (meant[at] === '#' ? '#' : digit));
}

describe.each(Object.entries(packings))('requests behind %s', (_, { packing, bodyOf }) => {
  function check(known: readonly string[], kind: 'Template' | 'PooledRequest' | 'RenderedRequest') {
    const body = fc.record({ a: template(known), b: template(known), c: fc.tuple(template(known), fc.constant(1)) });
    let seen = 0;
    fc.assert(
      fc.property(world, body, fc.array(exchange, { minLength: 1, maxLength: 4 }), (around, args, exchanges) => {
        const { source, use, values } = sourceOf(planned(args), around, packing);
        if (source.constructor.name.endsWith(kind)) seen++;
        for (const { number, step, id } of exchanges) {
          use(number, step);
          const sent = JSON.parse(bodyOf(source.withId(id, slot)));
          const row = around.rows[number % around.rows.length];
          const other = around.other[values.row(slot, 1)];
          const meant = (written: string) => meaning(written, number, row, other, around.cap);
          expect(sent.id).toBe(id);
          expect(sent.params.name).toBe('n');
          const { a, b, c } = sent.params.arguments;
          const [x, y, z] = [args.a, args.b, args.c[0]];
          expect([hidden(a, meant(x), x), hidden(b, meant(y), y), hidden(c[0], meant(z), z), c[1]]).toEqual([
            meant(x),
            meant(y),
            meant(z),
            1,
          ]);
        }
      }),
      { numRuns: 60 },
    );
    expect(seen).toBeGreaterThan(10);
  }

  it('say what their templates mean: numbers', () =>
    check(['vu', 'iteration', 'random(1)', 'random(9)', 'random(15)', 'string(vu)'], 'PooledRequest'));
  it('say what their templates mean: numbers and a file', () =>
    check(['vu', 'random(3)', 'data.w', 'data.j', 'string(data.j)'], 'PooledRequest'));
  it('say what their templates mean: all there is', () => check(expressions, 'RenderedRequest'));
  it('say what they say without templates', () => check([], 'Template'));

  it('are left alone once detached', () => {
    const around: World = {
      rows: [
        { w: 'x', j: 1 },
        { w: 'yy', j: 2 },
      ],
      other: ['o'],
      cap: null,
    };
    const { source, use } = sourceOf(planned({ a: '{{vu}} {{data.w}}' }), around, packing);
    const take = (number: number): Buffer => {
      use(number, 0);
      return source.withId(1_000_000_000 + number, slot);
    };
    const pending = take(0);
    const before = Buffer.from(pending);
    source.detach();
    const next = take(1);
    expect(pending).toEqual(before);
    expect(JSON.parse(bodyOf(next)).params.arguments.a).toBe('0000002 yy');
  });
});

describe('what is drawn', () => {
  const around: World = { rows: [{ w: 'x', j: 1 }], other: Array.from({ length: 10 }, (_, n) => String(n)), cap: null };
  const { packing, bodyOf } = packings['a mask'];
  const sent = (source: RequestSource) => JSON.parse(bodyOf(source.withId(1_000_000_000, slot))).params.arguments;

  it('is spread evenly, and differs between places, steps and iterations', () => {
    const { source, use } = sourceOf(
      planned({ a: '{{random(1)}}', b: '{{random(1)}}', o: '{{data.o}}' }),
      around,
      packing,
    );
    const counts = { a: Array(10).fill(0), b: Array(10).fill(0), o: Array(10).fill(0), same: 0, step: 0 };
    for (let number = 0; number < 10_000; number++) {
      use(number, 0);
      const { a, b, o } = sent(source);
      counts.a[a]++;
      counts.b[b]++;
      counts.o[o]++;
      if (a === b) counts.same++;
      use(number, 1);
      const again = sent(source);
      if (again.a === a) counts.step++;
      expect(again.o, 'one row an iteration').toBe(o);
    }
    for (const count of [...counts.a, ...counts.b, ...counts.o, counts.same, counts.step]) {
      expect(count).toBeGreaterThan(850);
      expect(count).toBeLessThan(1150);
    }
  });

  it('has as many digits as it says', () => {
    const { source, use } = sourceOf(planned({ a: '{{random(15)}}' }), around, packing);
    const drawn = Array.from({ length: 5000 }, (_, number) => {
      use(number, 0);
      return Number(sent(source).a);
    });
    expect(new Set(drawn).size).toBe(5000);
    expect(Math.max(...drawn)).toBeLessThan(1e15);
    expect(Math.max(...drawn)).toBeGreaterThan(0.99e15);
    const lastDigits = Array(10).fill(0);
    for (const number of drawn) lastDigits[number % 10]++;
    for (const count of lastDigits) expect(Math.abs(count - 500)).toBeLessThan(110);
  });
});
