import type { Server, TlsOptions } from 'node:tls';
import { Lru } from './lru.ts';
import { type Curve, opensslCiphers, type Suite } from './tls-suites.ts';

/** How clients are spoken to over TLS. Structured-cloneable; times in ms. */
export interface TlsConfig {
  /** PEM. */
  readonly cert: string;
  readonly key: string;
  /** Of the authority whose certificate a client must show; PEM. */
  readonly clientCa: string | undefined;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  /** Best first. */
  readonly suites: readonly Suite[];
  readonly curves: readonly Curve[];
  /** Sessions of TLS 1.2 clients without tickets that each worker remembers. */
  readonly cacheSize: number;
  readonly sessionMillis: number;
}

/** What a server of `node:tls` or `node:https` is made with. */
export type SecureOptions = TlsOptions;

/** Bytes of the keys that session tickets are sealed with. */
export const ticketKeyBytes = 48;

/** For a server of `node:tls` or `node:https`. `ticketKeys`: the same in all workers, so that each resumes the sessions of all. */
export function serverOptions(tls: TlsConfig, ticketKeys: Uint8Array): SecureOptions {
  return {
    cert: tls.cert,
    key: tls.key,
    ...(tls.clientCa !== undefined && { ca: tls.clientCa, requestCert: true, rejectUnauthorized: true }),
    minVersion: tls.minVersion,
    ciphers: opensslCiphers(tls.suites),
    honorCipherOrder: true,
    ecdhCurve: tls.curves.join(':'),
    sessionTimeout: Math.ceil(tls.sessionMillis / 1000),
    // What belongs to sessions of one service must not be taken for those of another.
    sessionIdContext: 'mcp-gateway',
    ticketKeys: Buffer.from(ticketKeys),
  };
}

/** Lets TLS 1.2 clients resume a session by its id. */
export function rememberSessions(server: Server, capacity: number): void {
  const sessions = new Lru<Buffer>(capacity);
  server.on('newSession', (id: Buffer, data: Buffer, done: () => void) => {
    sessions.set(id.toString('latin1'), data);
    done();
  });
  server.on('resumeSession', (id: Buffer, done: (error: Error | null, data: Buffer | null) => void) =>
    done(null, sessions.get(id.toString('latin1')) ?? null),
  );
}
