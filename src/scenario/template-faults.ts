import type { ConfigDocument, Path } from '../config/document.ts';
import type { Fault } from '../config/fault.ts';
import { McpbError } from '../errors.ts';
import { isTemplate, parseTemplate } from './template.ts';

/** Templates of a file where none can stand, and those that are not written as templates are. */
export function templateFaults(document: ConfigDocument, value: unknown = document.value, path: Path = []): Fault[] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, part]) =>
      templateFaults(document, part, [...path, Array.isArray(value) ? Number(key) : key]),
    );
  const message = typeof value === 'string' && isTemplate(value) ? templateFault(value, path) : undefined;
  return message === undefined ? [] : [{ ...document.locate(path, 'value'), message }];
}

function templateFault(text: string, path: Path): string | undefined {
  if (!isTemplatePlace(path)) return 'a template can stand in the name and the arguments of a call only';
  try {
    parseTemplate(text);
    return undefined;
  } catch (error) {
    if (error instanceof McpbError) return error.message;
    throw error;
  }
}

/** `steps`, number, [`mix`, number], then a key of a call. */
function isTemplatePlace(path: Path): boolean {
  const inSteps = path.slice(path.indexOf('steps') + 1);
  const key = inSteps[1] === 'mix' ? inSteps[3] : inSteps[1];
  return path.includes('steps') && (key === 'name' || key === 'arguments');
}
