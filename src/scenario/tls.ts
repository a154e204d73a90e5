import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { text } from '../config/values.ts';
import type { Layers } from './block.ts';
import type { NamedBlock } from './load.ts';
import type { ScenarioPlan, Target, TlsPlan } from './plan.ts';

/** What a scenario says under `tls`. */
export interface TlsSettings {
  readonly ca?: string | undefined;
  readonly cert?: string | undefined;
  readonly key?: string | undefined;
  readonly insecure?: boolean | undefined;
  readonly resumption?: boolean | undefined;
  readonly serverName?: string | undefined;
}

/** The key `tls` of a scenario. */
export const tlsSchema: z.ZodType<TlsSettings> = z
  .strictObject({ ca: text, cert: text, key: text, insecure: z.boolean(), resumption: z.boolean(), serverName: text })
  .partial();

const parts = ['ca', 'cert', 'key'] as const;
type Part = (typeof parts)[number];
/** What the files are called in flags, variables and the configuration file. */
const settingOf = { ca: 'cacert', cert: 'cert', key: 'key' } as const satisfies Record<Part, string>;
const fileKeys: readonly string[] = [...parts, ...Object.values(settingOf)];

type Fault = (part: Part, message: string) => void;
type Files = Readonly<Partial<Record<Part, string | undefined>>>;

/** The same keys, with the files they name found from `folder`. */
export function withFilesIn<T extends object>(folder: string, keys: T): T {
  const files = Object.entries(keys).filter(([key, path]) => fileKeys.includes(key) && typeof path === 'string');
  return { ...keys, ...Object.fromEntries(files.map(([key, path]) => [key, resolve(folder, path)])) };
}

/** How a target over TLS is spoken to; nothing for any other. */
export function planTls(
  { block, path }: NamedBlock,
  { upper, lower, problems }: Layers,
  target: Target,
): Pick<ScenarioPlan, 'tls'> {
  if (!target.secure) {
    if (block.tls && block.target === target.url)
      problems.inScenario({ path: [...path, 'tls'], message: `${target.url} is no target over TLS` });
    return {};
  }
  const inFile = block.tls ?? {};
  const fault: Fault = (part, message) => {
    const setting = settingOf[part];
    if (upper[setting] !== undefined || inFile[part] === undefined) problems.typed(setting, message);
    else problems.inScenario({ path: [...path, 'tls', part], message });
  };
  const ca = upper.cacert ?? inFile.ca ?? lower.cacert;
  const pair = [upper, inFile, lower].find(({ cert, key }) => cert !== undefined || key !== undefined);
  const tls: TlsPlan = {
    ...readFiles({ ca, ...pairOf(pair ?? {}, fault) }, fault),
    insecure: upper.insecure ?? inFile.insecure ?? lower.insecure ?? false,
    resumption: inFile.resumption ?? false,
    ...(inFile.serverName !== undefined && { serverName: inFile.serverName }),
  };
  return { tls };
}

/** Certificate and key are of one layer; one file may hold both. */
function pairOf({ cert, key = cert }: Files, fault: Fault): Files {
  if (cert !== undefined && key !== undefined) return { cert, key };
  if (key !== undefined) fault('key', 'a key needs its certificate');
  return {};
}

function readFiles(paths: Files, fault: Fault): Pick<TlsPlan, Part> {
  const found: Partial<Record<Part, string>> = {};
  for (const part of parts) {
    const path = paths[part];
    if (path === undefined) continue;
    try {
      found[part] = readFileSync(path, 'utf8');
    } catch (error) {
      fault(part, `${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
    }
  }
  check(found, paths, fault);
  return found;
}

function check({ ca, cert, key }: Files, paths: Files, fault: Fault): void {
  if (ca !== undefined && certificates(ca) === undefined) fault('ca', `${paths.ca} holds no certificates in PEM`);
  const [leaf] = cert === undefined ? [] : (certificates(cert) ?? []);
  if (cert !== undefined && leaf === undefined) fault('cert', `${paths.cert} holds no certificate in PEM`);
  const secret = key === undefined ? undefined : privateKey(key);
  const named = paths.key === paths.cert ? 'cert' : 'key';
  if (typeof secret === 'string') fault(named, `${paths.key} ${secret}`);
  else if (secret && leaf && !leaf.checkPrivateKey(secret))
    fault('key', `${paths.key} does not belong to ${paths.cert}`);
}

/** Undefined when there is none, or one of them cannot be read. */
function certificates(pem: string): X509Certificate[] | undefined {
  const texts = pem.match(/-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g);
  try {
    return texts?.map((one) => new X509Certificate(one));
  } catch {
    return undefined;
  }
}

/** The key, or what is wrong with it. */
function privateKey(pem: string): KeyObject | string {
  try {
    return createPrivateKey(pem);
  } catch {
    return pem.includes('ENCRYPTED')
      ? 'is encrypted: give it without a passphrase (openssl pkey -in FILE -out PLAIN)'
      : 'holds no private key in PEM';
  }
}
