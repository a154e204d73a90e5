import { afterEach, expect, it } from 'vitest';
import { type Answerer, ControlServer } from '../../src/gateway/control-server.ts';

const running: ControlServer[] = [];
const listen = async (answer: Answerer): Promise<string> => {
  const server = await ControlServer.listen({ host: '127.0.0.1', port: 0 }, answer);
  running.push(server);
  return `http://127.0.0.1:${server.address.port}`;
};
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

it('goes on when an answer fails', async () => {
  let calls = 0;
  const url = await listen(async (_, response) => {
    if (++calls === 1) throw new Error('no profile');
    if (calls === 2) response.write('begun');
    if (calls === 2) throw new Error('in the middle');
    response.end('fine');
  });
  const first = await fetch(url);
  expect([first.status, await first.text()]).toEqual([500, 'no profile\n']);
  await expect(fetch(url).then((reply) => reply.text())).rejects.toThrow();
  expect(await (await fetch(url)).text()).toBe('fine');
});

it('serves nobody whose browser was led here from elsewhere', async () => {
  const url = await listen(async (_, response) => void response.end('secret'));
  const reply = await fetch(url, { headers: { origin: 'https://evil.example' } });
  expect([reply.status, await reply.text()]).toEqual([403, '']);
});
