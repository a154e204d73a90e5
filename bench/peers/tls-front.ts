import { type AddressInfo, connect } from 'node:net';
import { createServer } from 'node:tls';
import { generate } from 'selfsigned';

/** Takes TLS off in front of the loopback port it is told: `node tls-front.ts PORT`. Its certificate is its own. */
const upstream = Number(process.argv[2]);

const { cert, private: key } = await generate([{ name: 'commonName', value: 'localhost' }], {
  keyType: 'ec',
  algorithm: 'sha256',
});
const server = createServer({ cert, key }, (secure) => {
  const plain = connect({ host: '127.0.0.1', port: upstream, noDelay: true });
  secure.setNoDelay();
  secure.pipe(plain).pipe(secure);
  for (const [one, other] of [
    [secure, plain],
    [plain, secure],
  ] as const)
    one.on('error', () => other.destroy());
});

server.listen({ host: '127.0.0.1', port: 0, backlog: 4096 }, () => {
  console.log(JSON.stringify({ port: (server.address() as AddressInfo).port }));
});
