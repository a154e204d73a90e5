import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type ConfigDocument, readDocument } from '../../config/document.ts';
import type { Environment } from '../../config/environment.ts';
import { type Fault, faultsError, formatFaults } from '../../config/fault.ts';
import { validate } from '../../config/validate.ts';
import { McpbError } from '../../errors.ts';
import { type GatewayOptions, gatewayConfig } from '../config.ts';
import type { TlsConfig } from '../tls.ts';
import { noticesOn } from './notices.ts';
import { optionsOf, workersOf } from './resolve.ts';
import { type ConfigurationFile, fileSchema } from './schema.ts';
import { tlsOf } from './tls-file.ts';

/** A valid configuration file. */
export interface Configuration {
  readonly file: string;
  readonly options: GatewayOptions;
  /** What it says without consequence, or with another one: `file:line:column message`. */
  readonly notices: readonly string[];
}

/** What is said of words that look right. */
const remarks = new Map([
  ['bearer', 'a token is missing: write `auth: { bearer: TOKEN }`'],
  ['jwt', 'write `auth: { jwt: { issuer: …, audience: …, secret: SECRET } }`, or `jwks` in the place of `secret`'],
]);

/** What a file is read with. */
export interface Surroundings {
  readonly env: Environment;
  readonly cores: number;
  /** What the command line says; it wins. */
  readonly flags?: GatewayOptions;
}

/** Throws MCPB_E_FILE, or MCPB_E_CONFIG with every fault: `file:line:column message`. */
export function loadConfiguration(path: string, surroundings: Surroundings): Configuration {
  return parseConfiguration(textOf(path), path, surroundings);
}

export function parseConfiguration(text: string, file: string, { env, cores, flags }: Surroundings): Configuration {
  const document = readDocument(text, file, env);
  const empty = document.value === undefined && document.faults.length === 0;
  const { value, faults } = empty
    ? { value: {}, faults: [] }
    : validate<ConfigurationFile>(document, fileSchema, remarks);
  if (value === undefined) throw faultsError('MCPB_E_CONFIG', file, faults);
  const own = { ...optionsOf(value, cores), tls: tlsIn(value, document) };
  const options = combined(own, flags ?? {});
  if (!decidesWhoIsLetIn(flags)) refuseContradictions(document, options);
  return {
    file,
    options,
    notices: lines(file, [...noticesOn(document, value), ...loweredWorkers(document, value, cores)]),
  };
}

function tlsIn({ tls }: ConfigurationFile, document: ConfigDocument): TlsConfig | undefined {
  const faults: Fault[] = [];
  const made =
    tls &&
    tlsOf(tls, dirname(document.file), (part, message) =>
      faults.push({ ...document.locate(['tls', part], 'value'), message }),
    );
  if (faults.length > 0) throw faultsError('MCPB_E_CONFIG', document.file, faults);
  return made;
}

/** Flags beat the file; who is let in is taken from one of the two as a whole. */
function combined(file: GatewayOptions, flags: GatewayOptions): GatewayOptions {
  const { auth, token, jwt, ...rest } = file;
  const flagsLetIn = flags.auth !== undefined || flags.token !== undefined || flags.jwt !== undefined;
  const given = Object.fromEntries(Object.entries(flags).filter(([, value]) => value !== undefined));
  return { ...rest, ...(!flagsLetIn && { auth, token, jwt }), ...given };
}

function decidesWhoIsLetIn(flags: GatewayOptions = {}): boolean {
  const { http, ws, tcp, auth, token, jwt, insecureNoAuth } = flags;
  return insecureNoAuth === true || [http, ws, tcp, auth, token, jwt].some((flag) => flag !== undefined);
}

/** What no key is wrong about by itself. */
function refuseContradictions(document: ConfigDocument, options: GatewayOptions): void {
  try {
    gatewayConfig(options);
  } catch (error) {
    if (!(error instanceof McpbError)) throw error;
    const fault = { ...document.locate(['listen'], 'key'), message: error.message };
    throw faultsError('MCPB_E_CONFIG', document.file, [fault], error.hint);
  }
}

function loweredWorkers(document: ConfigDocument, file: ConfigurationFile, cores: number): Fault[] {
  const workers = workersOf(file, cores);
  if (workers === file.performance?.worker_threads) return [];
  const path = ['performance', 'worker_threads'];
  return [
    { ...document.locate(path, 'key'), message: `${path.join('.')} is lowered to ${workers}: ${why(file, cores)}` },
  ];
}

function why({ runtime }: ConfigurationFile, cores: number): string {
  return (runtime?.gomaxprocs ?? cores) < cores ? 'runtime.gomaxprocs' : `there are ${cores} cores`;
}

function lines(file: string, notices: readonly Fault[]): string[] {
  return notices.length === 0 ? [] : formatFaults(file, notices).split('\n');
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new McpbError('MCPB_E_FILE', `cannot read ${path}: ${error instanceof Error ? error.message : error}`, {
      cause: error,
    });
  }
}
