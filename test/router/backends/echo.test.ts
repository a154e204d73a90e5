import { expect, it } from 'vitest';
import { EchoBackend } from '../../../src/router/backends/echo.ts';
import { backendContract, newCaller, Recorder } from '../../contracts/backend.ts';

backendContract({
  name: 'echo',
  spec: async () => ({ text: 'echo', close: async () => {} }),
  tool: { params: { name: 'echo', arguments: { message: 'hi' } }, text: 'hi' },
});

it('answers before request returns', () => {
  const exchange = new Recorder(newCaller(), 'tools/list');
  expect(new EchoBackend({ worker: 0, version: '0' }).request(exchange)).toBeUndefined();
  expect(exchange.finals).toHaveLength(1);
});

it('knows the schema of its tool', async () => {
  const backend = new EchoBackend({ worker: 0, version: '0' });
  expect(await backend.toolSchema(newCaller(), 'echo')).toMatchObject({ required: ['message'] });
  expect(await backend.toolSchema(newCaller(), 'other')).toBeUndefined();
});
