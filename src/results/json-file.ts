import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { McpbError } from '../errors.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

/** Temporary file in the same folder, flushed, then renamed over the old one. */
export async function writeAtomically(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => {});
    throw new McpbError('MCPB_E_FILE', `cannot write ${path}: ${reason(cause)}`, {
      hint: 'check the folder’s permissions and free space, or name another place with -o',
      cause,
    });
  }
}

/** The JSON object in a file. */
export async function readJsonObject(path: string): Promise<JsonObject> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new McpbError('MCPB_E_FILE', `cannot read ${path}: ${reason(cause)}`, {
      hint: 'results are in .mcpb/results, baselines in baselines/',
      cause,
    });
  });
  const document = parseJson(path, text);
  if (isObject(document)) return document;
  throw new McpbError('MCPB_E_FORMAT', `${path} holds no JSON object`);
}

export async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (entry) => entry.isDirectory(),
    () => false,
  );
}

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parseJson(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new McpbError('MCPB_E_FORMAT', `${path} is not JSON: ${reason(cause)}`, { cause });
  }
}

function reason(cause: unknown): string {
  if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return 'it does not exist';
  return cause instanceof Error ? cause.message : String(cause);
}
