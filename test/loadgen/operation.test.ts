import { describe, expect, it } from 'vitest';
import { Expected, type Judgement } from '../../src/loadgen/operation.ts';
import { type CheckPlan, parseCheck } from '../../src/scenario/checks.ts';
import type { Expectation } from '../../src/scenario/plan.ts';
import { Outcome } from '../../src/wire/outcome.ts';
import { ReplyScanner } from '../../src/wire/reply-scan.ts';

const scanner = new ReplyScanner();

function expectedOf(method: string, expect: Expectation, checks: readonly CheckPlan[] = []): Expected {
  return new Expected({ method, expect, checks }, 0, 'legacy');
}

/** Judges a reply that stands amid other bytes. */
function judged(expected: Expected, text: string): Judgement {
  const bytes = Buffer.from(`{"isError":true}${text}{"isError":true}`);
  const [start, end] = [16, bytes.length - 16];
  const judgement: Judgement = { outcome: Outcome.cancelled, code: 99, parsed: true, checks: [], captured: [] };
  expected.judge(judgement, scanner.scan(bytes, start, end), bytes, start, end);
  return judgement;
}

/** Past the first reply, which is parsed in any case. */
function warm(method: string, expect: Expectation): Expected {
  const expected = expectedOf(method, expect);
  judged(expected, replies.ok);
  return expected;
}

const reply = (rest: string) => `{"jsonrpc":"2.0","id":1000000000,${rest}}`;
const replies = {
  ok: reply('"result":{"content":[]}'),
  'tool error': reply('"result":{"content":[],"isError":true}'),
  'isError false': reply('"result":{"isError":false}'),
  'isError spaced': reply('"result":{"isError" : true}'),
  'isError in a text': reply('"result":{"content":[{"text":"\\"isError\\":true"}]}'),
  'isError nested': reply('"result":{"content":[{"isError":true}]}'),
  'error −32601': reply('"error":{"code":-32601,"message":"x"}'),
  'error 0': reply('"error":{"code":0,"message":"x"}'),
  'error without code': reply('"error":{"message":"x"}'),
  'error null': reply('"error":null'),
  'broken error': reply('"error":{"code":-32601,,}'),
} as const;
type ReplyName = keyof typeof replies;

const { ok, toolError, rpcError, protocolError } = Outcome;

/** Outcome of each reply by what is expected of `tools/call`. */
const toolCalls: Record<ReplyName, Record<'ok' | 'tool_error' | 'rpc_error:-32601', Outcome>> = {
  ok: { ok, tool_error: protocolError, 'rpc_error:-32601': protocolError },
  'tool error': { ok: toolError, tool_error: ok, 'rpc_error:-32601': toolError },
  'isError false': { ok, tool_error: protocolError, 'rpc_error:-32601': protocolError },
  'isError spaced': { ok: toolError, tool_error: ok, 'rpc_error:-32601': toolError },
  'isError in a text': { ok, tool_error: protocolError, 'rpc_error:-32601': protocolError },
  'isError nested': { ok, tool_error: protocolError, 'rpc_error:-32601': protocolError },
  'error −32601': { ok: rpcError, tool_error: rpcError, 'rpc_error:-32601': ok },
  'error 0': { ok: rpcError, tool_error: rpcError, 'rpc_error:-32601': rpcError },
  'error without code': { ok: rpcError, tool_error: rpcError, 'rpc_error:-32601': rpcError },
  'error null': { ok: rpcError, tool_error: rpcError, 'rpc_error:-32601': rpcError },
  'broken error': { ok: protocolError, tool_error: protocolError, 'rpc_error:-32601': protocolError },
};
const cases = Object.entries(toolCalls).flatMap(([name, row]) =>
  Object.entries(row).map(([expect, outcome]) => [name as ReplyName, expect as Expectation, outcome] as const),
);

describe('Expected', () => {
  it.each(cases)('%s where tools/call expects %s is outcome %i, first or later', (name, expectation, outcome) => {
    expect(judged(expectedOf('tools/call', expectation), replies[name]).outcome).toBe(outcome);
    expect(judged(warm('tools/call', expectation), replies[name]).outcome).toBe(outcome);
  });

  it.each(['tools/list', 'ping'])('%s has no tool errors', (method) => {
    expect(judged(warm(method, 'ok'), replies['tool error']).outcome).toBe(ok);
    expect(judged(warm(method, 'ok'), replies['error −32601']).outcome).toBe(rpcError);
    expect(judged(warm(method, 'rpc_error:-32601'), replies['error −32601']).outcome).toBe(ok);
  });

  it('gives the code of an error, wanted or not, and none of anything else', () => {
    expect(judged(warm('ping', 'ok'), replies['error −32601']).code).toBe(-32601);
    expect(judged(warm('ping', 'rpc_error:-32601'), replies['error −32601']).code).toBe(-32601);
    expect(judged(warm('ping', 'ok'), replies['error without code']).code).toBe(0);
    expect(judged(warm('ping', 'ok'), replies.ok).code).toBe(0);
  });
});

describe('which replies are parsed', () => {
  const broken = reply('"result":{"content":[}');
  const outcomes = (expected: Expected, count: number) =>
    Array.from({ length: count }, () => judged(expected, broken).outcome);

  it('the first and one of 1,024, so that a malformed body is seen', () => {
    const found = outcomes(expectedOf('ping', 'ok'), 3000);
    const caught = found.flatMap((outcome, i) => (outcome === protocolError ? [i] : []));
    expect(caught).toEqual([0, 1024, 2048]);
    expect(found.filter((outcome) => outcome === ok)).toHaveLength(2997);
  });

  it('all where a check, an expected failure or a trace of a tool error asks for it', () => {
    const check = [parseCheck('x', '$.result')];
    expect(new Set(outcomes(expectedOf('ping', 'ok', check), 3))).toEqual(new Set([protocolError]));
    expect(new Set(outcomes(expectedOf('tools/call', 'tool_error'), 3))).toEqual(new Set([protocolError]));
    expect(new Set(outcomes(expectedOf('ping', 'rpc_error:1'), 3))).toEqual(new Set([protocolError]));
    const traced = warm('tools/call', 'ok');
    expect(judged(traced, reply('"result":{"isError":tru}')).outcome).toBe(protocolError);
  });

  it('says so', () => {
    const expected = expectedOf('ping', 'ok');
    expect(judged(expected, replies.ok).parsed).toBe(true);
    expect(judged(expected, replies.ok).parsed).toBe(false);
    expect(judged(expectedOf('ping', 'ok'), broken).parsed).toBe(false);
  });
});

describe('checks', () => {
  it('are judged each on its own, however many there are', () => {
    const checks = Array.from({ length: 40 }, (_, i) => parseCheck(`c${i}`, `$.result.n == ${i}`));
    const { outcome, checks: passed } = judged(expectedOf('ping', 'ok', checks), reply('"result":{"n":33}'));
    expect(outcome).toBe(ok);
    expect(passed).toEqual(checks.map((_, i) => i === 33));
  });

  it('fail on an error reply, whose outcome they do not change', () => {
    const checks = [parseCheck('has result', '$.result'), parseCheck('code', '$.error.code == -32601')];
    const { outcome, checks: passed } = judged(expectedOf('ping', 'ok', checks), replies['error −32601']);
    expect([outcome, passed]).toEqual([rpcError, [false, true]]);
  });

  it('that fail leave the outcome alone', () => {
    const { outcome } = judged(expectedOf('ping', 'ok', [parseCheck('no', '$.nothing')]), replies.ok);
    expect(outcome).toBe(ok);
  });
});
