import { describe, expect, it } from 'vitest';
import type { ScenarioPlan } from '../../src/scenario/plan.ts';
import { mistake, planText } from './planning.ts';

const planned = (text: string): ScenarioPlan => planText(text).scenarios[0];

/** The steps of a plan in words, calls by the names of their operations. */
function program({ steps, operations }: ScenarioPlan): string[] {
  return steps.map((step) => {
    if (step.type === 'mix') return step.choices.map(({ operation }) => operations[operation].name).join(' | ');
    if ('operation' in step && step.operation !== undefined) return operations[step.operation].name;
    return step.type === 'think' ? `think ${JSON.stringify(step.milliseconds)}` : step.type;
  });
}

const session = (sessions: string, steps: string) =>
  `executor: session-arrival\nsessions: ${sessions}\nsteps: ${steps}`;

describe('calls behind the first of an arrival', () => {
  it('are operations of their own', () => {
    const { operations } = planned(
      'executor: constant-arrival-rate\nrate: 5\nsteps: [{ call: ping }, { call: tools/list }, { call: ping }]',
    );
    expect(operations.map(({ name, inSessionOf }) => [name, inSessionOf])).toEqual([
      ['ping', undefined],
      ['tools/list (in session)', 'tools/list'],
      ['ping (in session)', 'ping'],
    ]);
    expect(operations[2].body).toBe(operations[0].body);
  });

  it('are what they always were in a closed loop', () => {
    const { operations } = planned('vus: 5\nsteps: [{ call: ping }, { call: ping }, { call: tools/list }]');
    expect(operations.map(({ name }) => name)).toEqual(['ping', 'tools/list']);
  });

  it('stand apart in a mix too', () => {
    const mix = '{ mix: [{ weight: 1, call: ping }, { weight: 2, call: tools/list }] }';
    expect(program(planned(session('{ rate: 5, calls: 2 }', `[${mix}]`)))).toEqual([
      'ping | tools/list',
      'ping (in session) | tools/list (in session)',
    ]);
  });

  it('cannot be named by hand', () => {
    const text =
      'executor: constant-arrival-rate\nrate: 5\nsteps: [{ call: ping }, { call: ping }, { call: tools/list, as: ping (in session) }]';
    // "tools/list" behind the first call gets the suffix itself, so that only a first call can clash.
    expect(program(planned(text)).at(-1)).toBe('ping (in session) (in session)');
    const clash =
      'executor: constant-arrival-rate\nrate: 5\nsteps: [{ mix: [{ weight: 1, call: ping }, { weight: 1, call: tools/list, as: ping (in session) }] }, { call: ping }]';
    expect(mistake(() => planText(clash)).message).toContain('an operation is named like another');
  });
});

describe('steps of a session', () => {
  it.each([
    ['{ rate: 5 }', '[{ call: ping }]', ['ping']],
    ['{ rate: 5, calls: 3 }', '[{ call: ping }]', ['ping', 'ping (in session)', 'ping (in session)']],
    [
      '{ rate: 5, calls: 3, think: 1s }',
      '[connect, initialize, { call: ping }, close]',
      ['connect', 'initialize', 'ping', 'think 1000', 'ping (in session)', 'think 1000', 'ping (in session)', 'close'],
    ],
    [
      '{ rate: 5, calls: 3, think: { exponential: 1s } }',
      '[{ call: ping }, { call: tools/list }]',
      [
        'ping',
        'think {"exponential":1000}',
        'tools/list (in session)',
        'think {"exponential":1000}',
        'ping (in session)',
      ],
    ],
    ['{ rate: 5, calls: 2 }', '[{ call: ping }, { hold: 1s }]', ['ping', 'hold', 'ping (in session)', 'hold']],
    ['{ rate: 5, think: 1s }', '[{ call: ping }, { call: ping }]', ['ping', 'think 1000', 'ping (in session)']],
  ])('%s %s', (sessions, steps, expected) => {
    expect(program(planned(session(sessions, steps)))).toEqual(expected);
  });

  it('are made by clients that come and go, as many at once as connections are allowed', () => {
    expect(planned(session('{ rate: 5 }', '[{ call: ping }]'))).toMatchObject({
      executor: { kind: 'session-arrival', model: 'session', vus: 0, maxVUs: 10_000 },
      phases: { warmup: 0, cooldown: 0 },
      inFlight: 1,
    });
    const limited = `${session('{ rate: 5 }', '[{ call: ping }]')}\nmaxConnections: 40`;
    expect(planned(limited).executor.maxVUs).toBe(40);
  });

  it.each([
    [session('{ calls: 3 }', '[{ call: ping }]'), 'a rate or stages are missing'],
    [session('{ rate: 5 }', '[connect, { hold: 1s }, { call: ping }]'), 'it comes right after connecting'],
    [
      session('{ rate: 5 }', '[{ call: ping }]\nduration: 5s\nstages: [{ duration: 1s, target: 4 }]'),
      'stages have their own durations',
    ],
    ['executor: session-arrival\nsteps: [{ call: ping }]', 'sessions is missing'],
    [session('{ rate: 5 }', '[connect]'), 'the steps make no request'],
  ])('%s is refused', (text, message) => {
    expect(mistake(() => planText(text)).message).toContain(message);
  });

  it('come as a ramp too', () => {
    const { executor, phases } = planned(
      session('{ rate: 60 }', '[{ call: ping }]\ntimeUnit: 1m\nstages: [{ duration: 5s, target: 600 }]'),
    );
    expect(executor.stages).toEqual([{ name: '1→10 sessions/s', seconds: 5, from: 1, to: 10 }]);
    expect(phases.measure).toBe(5);
  });
});

describe('steps of a connection', () => {
  const connection = (rest: string) => `executor: connection-arrival\nrate: 5\n${rest}`;

  it.each([
    ['', ['connect']],
    ['steps: [connect, close]', ['connect', 'close']],
    ['steps: [connect, initialize, { hold: 1s }, close]', ['connect', 'initialize', 'hold', 'close']],
    ['steps: [{ call: ping }]', ['connect', 'ping (in session)']],
  ])('%s', (rest, expected) => {
    expect(program(planned(connection(rest)))).toEqual(expected);
  });

  it('count the handshake, for which nothing is sent', () => {
    const { operations, executor } = planned(connection(''));
    expect(operations).toMatchObject([{ name: 'connect', body: '' }]);
    expect(executor).toMatchObject({ model: 'open', vus: 0, stages: [{ name: '5 connections/s' }] });
  });

  it('need a name of their own for what would be called like the handshake', () => {
    const text = connection('steps: [{ mix: [{ weight: 1, call: ping, as: connect }] }]');
    expect(planned(text).operations.map(({ name }) => name)).toEqual(['connect', 'connect (in session)']);
  });
});
