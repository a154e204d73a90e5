import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readDocument } from '../config/document.ts';
import type { Environment } from '../config/environment.ts';
import { faultsError } from '../config/fault.ts';
import { validate } from '../config/validate.ts';
import { remarks } from './remarks.ts';
import { type Settings, settingsSchema } from './settings.ts';
import { withFilesIn } from './tls.ts';

const fileName = 'mcpb.config.yaml';

/** The nearest `mcpb.config.yaml` in the folder or its parents; nothing set where there is none. */
export function configSettings(cwd: string, env: Environment): Settings {
  const path = findUpwards(cwd);
  if (path === undefined) return {};
  const document = readDocument(readFileSync(path, 'utf8'), path, env);
  if (document.value === undefined && document.faults.length === 0) return {};
  const { value, faults } = validate(document, settingsSchema, remarks);
  if (!value) throw faultsError('MCPB_E_CONFIG', path, faults);
  return withFilesIn(dirname(path), value);
}

function findUpwards(folder: string): string | undefined {
  const path = join(folder, fileName);
  if (existsSync(path)) return path;
  const parent = dirname(folder);
  return parent === folder ? undefined : findUpwards(parent);
}
