import { describe, expect, it } from 'vitest';
import { SyntheticBackend } from '../../../src/router/backends/synthetic.ts';
import { draw, seededRandom } from '../../../src/router/random.ts';
import { distributions, parseSynthetic } from '../../../src/router/synthetic-options.ts';
import { backendContract, newCaller, Recorder, run } from '../../contracts/backend.ts';

const tool = { params: { name: 'echo', arguments: { message: 'hi' } }, text: 'hi' };
const spec = (text: string) => async () => ({ text, close: async () => {} });
backendContract({ name: 'synthetic', spec: spec('synthetic'), tool });
backendContract({ name: 'synthetic with delay', spec: spec('synthetic:delay=5ms,jitter=2ms,tools=3'), tool });

const call = async (text: string, worker = 0) =>
  (
    await run(
      new SyntheticBackend(parseSynthetic(text), { worker, version: '0' }),
      newCaller(),
      'tools/call',
      tool.params,
    )
  ).finals[0];

describe('the synthetic backend', () => {
  it('stamps the time a request took', async () => {
    const { result } = await call('delay=30ms');
    expect(JSON.parse(result ?? '')._meta['mcpb/serviceTimeUs']).toBeGreaterThanOrEqual(29_000);
  });

  it('burns processor time without giving up the thread', () => {
    const exchange = new Recorder(newCaller(), 'tools/list');
    expect(
      new SyntheticBackend(parseSynthetic('work=20ms'), { worker: 0, version: '0' }).request(exchange),
    ).toBeUndefined();
    expect(JSON.parse(exchange.finals[0].result ?? '')._meta['mcpb/serviceTimeUs']).toBeGreaterThanOrEqual(20_000);
  });

  it('answers with as many tools and as much text as asked', async () => {
    const backend = new SyntheticBackend(parseSynthetic('tools=12,size=2KB'), { worker: 0, version: '0' });
    const list = await run(backend, newCaller(), 'tools/list');
    expect(JSON.parse(list.finals[0].result ?? '').tools).toHaveLength(12);
    const twelfth = { name: 'echo-12', arguments: { message: 'm' } };
    const called = await run(backend, newCaller(), 'tools/call', twelfth);
    expect(JSON.parse(called.finals[0].result ?? '').content[0].text).toHaveLength(2048);
  });

  it('fails the same requests for the same seed, others for another worker', async () => {
    const outcomes = async (worker: number): Promise<string> => {
      const backend = new SyntheticBackend(parseSynthetic('errors=0.3,seed=7'), { worker, version: '0' });
      let text = '';
      for (let i = 0; i < 200; i++) {
        const { finals } = await run(backend, newCaller(), 'tools/list');
        text += finals[0].error === undefined ? '.' : 'x';
      }
      return text;
    };
    const first = await outcomes(0);
    expect(await outcomes(0)).toBe(first);
    expect(await outcomes(1)).not.toBe(first);
    expect(first.split('x').length - 1).toBeGreaterThan(40);
    expect(first.split('x').length - 1).toBeLessThan(80);
  });

  it('holds requests that arrive during a stall until it is over', async () => {
    const period = (millis: number): number => Math.floor(millis / 150);
    const arrived = performance.now();
    await call('stall=150ms/150ms');
    // Timers may fire a millisecond early.
    expect(period(performance.now() + 2)).toBe(period(arrived) + 1);
  });
});

describe('draw', () => {
  it.each(distributions)('%s has the mean it is asked for', (distribution) => {
    const random = seededRandom(1);
    const values = Array.from({ length: 50_000 }, () => draw(distribution, 10, 2, random));
    expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(10, 0);
    expect(Math.min(...values)).toBeGreaterThanOrEqual(0);
  });
});

describe('parseSynthetic', () => {
  it('reads every key', () => {
    const text =
      'delay=5ms,jitter=1ms,distribution=normal,errors=0.01,stall=100ms/1s,size=1KB,tools=10,work=50us,seed=1';
    const options = parseSynthetic(text);
    expect(options.work).toBeCloseTo(0.05);
    expect({ ...options, work: 0 }).toEqual({
      delay: 5,
      jitter: 1,
      distribution: 'normal',
      errors: 0.01,
      stall: { length: 100, every: 1000 },
      size: 1024,
      tools: 10,
      work: 0,
      seed: 1,
    });
  });

  it.each([
    'delay',
    'delay=x',
    'nope=1',
    'errors=2',
    'tools=0',
    'stall=1s',
    'distribution=zipf',
    'distribution=constant,jitter=1ms',
  ])('refuses %s', (text) => {
    expect(() => parseSynthetic(text)).toThrow(expect.objectContaining({ code: 'MCPB_E_USAGE' }));
  });
});
