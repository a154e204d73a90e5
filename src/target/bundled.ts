import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { McpbError } from '../errors.ts';

/** What `gateway start --json` prints at ready. */
export interface GatewayReady {
  readonly pid: number;
  readonly version: string;
  readonly addresses: { readonly http: string; readonly websocket: string; readonly tcp: string };
}

/** The bundled gateway as a child process, on ports of its own. */
export interface BundledGateway {
  readonly ready: GatewayReady;
  /** Drains and ends it; kills it when it takes too long. */
  stop(): Promise<void>;
}

const readyWithinMillis = 15_000;
const drainWithinMillis = 5_000;
const launcher = fileURLToPath(new URL('../../bin/run.js', import.meta.url));

/** Starts a gateway with this backend. MCPB_E_TARGET_START when it does not become ready. */
export async function startBundled(backend: string): Promise<BundledGateway> {
  const flags = ['--http', '127.0.0.1:0', '--tcp', '127.0.0.1:0', '--admin', 'off', '--backend', backend, '--json'];
  const child = spawn(process.execPath, [launcher, 'gateway', 'start', ...flags], {
    // The channel says nothing: that it ends tells the gateway that we are gone, SIGKILL included.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Ctrl-C in the terminal is for the load; the gateway must live until the load has drained.
    detached: true,
  });
  const errors = collect(child.stderr!);
  try {
    const ready = await firstDocument(child);
    child.stdout!.resume();
    return { ready, stop: () => stop(child) };
  } catch (error) {
    await stop(child);
    throw new McpbError('MCPB_E_TARGET_START', `the bundled gateway did not start: ${errors() || String(error)}`, {
      hint: 'try `npx mcpb gateway start` by itself to see why',
      cause: error,
    });
  }
}

/** stdout up to the first complete JSON document. */
async function firstDocument(child: ChildProcess): Promise<GatewayReady> {
  const timeout = AbortSignal.timeout(readyWithinMillis);
  let text = '';
  const exited = once(child, 'exit', { signal: timeout }).then(([code]) => {
    throw new Error(`it ended with code ${code}`);
  });
  exited.catch(() => undefined);
  const printed = (async () => {
    for await (const chunk of child.stdout!.iterator({ destroyOnReturn: false })) {
      text += chunk;
      const document = parse(text);
      if (document !== undefined) return document;
    }
    throw new Error('it closed its output');
  })();
  printed.catch(() => undefined);
  return Promise.race([printed, exited]);
}

function parse(text: string): GatewayReady | undefined {
  try {
    return JSON.parse(text) as GatewayReady;
  } catch {
    return undefined;
  }
}

/** Keeps the last of a stream's text for an error message. */
function collect(stream: NodeJS.ReadableStream): () => string {
  let text = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text = (text + chunk).slice(-2000);
  });
  return () => text.trim();
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), drainWithinMillis);
  await exited;
  clearTimeout(kill);
}
