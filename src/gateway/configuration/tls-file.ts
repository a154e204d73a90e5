import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { TlsConfig } from '../tls.ts';
import { completed, curves, suites } from '../tls-suites.ts';
import type { ConfigurationFile } from './schema.ts';

type Block = NonNullable<ConfigurationFile['tls']>;
type Part = 'cert' | 'key' | 'client_ca';
type Problem = (part: Part, message: string) => void;

/** What the block `tls` comes to, with the files that it names from `folder`; undefined without a certificate, or with a fault. */
export function tlsOf(block: Block, folder: string, problem: Problem): TlsConfig | undefined {
  if (block.cert === undefined) {
    if (block.key !== undefined) problem('key', 'a key needs its certificate');
    if (block.client_ca !== undefined) problem('client_ca', 'nothing is served over TLS without cert');
    return undefined;
  }
  const cert = read(block.cert, folder, (message) => problem('cert', message));
  const key = block.key === undefined ? cert : read(block.key, folder, (message) => problem('key', message));
  const clientCa = block.client_ca && read(block.client_ca, folder, (message) => problem('client_ca', message));
  if (cert === undefined || key === undefined) return undefined;
  check({ cert, key, ca: clientCa }, problem);
  return {
    cert,
    key,
    clientCa,
    minVersion: block.min_version === '1.3' ? 'TLSv1.3' : 'TLSv1.2',
    suites: completed(block.cipher_suites ?? suites),
    curves: block.curves ?? curves,
    cacheSize: block.session_cache_size ?? 10_000,
    sessionMillis: block.session_timeout ?? 300_000,
  };
}

function read(path: string, folder: string, problem: (message: string) => void): string | undefined {
  try {
    return readFileSync(resolve(folder, path), 'utf8');
  } catch (error) {
    problem(`${path} cannot be read: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** OpenSSL says what does not go together. */
function check({ ca, ...pair }: { cert: string; key: string; ca: string | undefined }, problem: Problem): void {
  try {
    createSecureContext(pair);
  } catch (error) {
    problem('cert', `is no certificate with its key: ${error instanceof Error ? error.message : error}`);
  }
  try {
    if (ca !== undefined) new X509Certificate(ca);
  } catch (error) {
    problem('client_ca', `is no certificate: ${error instanceof Error ? error.message : error}`);
  }
}
