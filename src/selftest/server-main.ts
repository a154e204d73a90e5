import { behaviourOf } from './behaviour.ts';
import { type Answer, endpoints } from './endpoint.ts';
import type { FromServer, ServerSpec, ToServer } from './protocol.ts';
import { KnownServer } from './server.ts';

/** Entry of the server's process: messages of its parent on one side, a server of known behaviour on the other. */
process.on('message', (message: ToServer) => {
  if (message.type === 'serve') void serve(message.spec);
});

// The terminal's signals are for the parent; its end is the end of this process too.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

async function serve({ transport, behaviour }: ServerSpec): Promise<void> {
  const server = behaviour && new KnownServer(behaviourOf(behaviour));
  const endpoint = await endpoints[transport](server ? (answer) => server.take(answer) : answerAtOnce);
  process.on('message', (message: ToServer) => {
    if (message.type === 'begin') server?.begin(message.at);
    else if (message.type === 'finish' && server) send({ type: 'report', ...server.report(message.stops) });
  });
  process.on('disconnect', () => {
    server?.stop();
    endpoint.close();
  });
  send({ type: 'ready', address: endpoint.address });
}

function answerAtOnce(answer: Answer): void {
  answer();
}

function send(message: FromServer): void {
  process.send?.(message);
}
