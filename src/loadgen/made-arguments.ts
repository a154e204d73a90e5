import { didYouMean } from '../config/suggest.ts';
import { schemaVariants, toolOf } from '../scenario/fields.ts';
import type { ScenarioPlan } from '../scenario/plan.ts';
import type { MadeArguments } from './facts.ts';
import type { TimeLimit } from './json-schema/expression.ts';
import { Random } from './json-schema/random.ts';
import { schemaSample } from './json-schema/sample.ts';
import { Unsupported } from './json-schema/schema.ts';
import type { ToolList } from './tool-schemas.ts';
import type { OpenFailure } from './transport.ts';
import { Unreachable } from './unreachable.ts';

/** Characters of all arguments of one tool: large ones are fewer. */
const mostCharacters = 8 * 1024 * 1024;
/** Names that are told of a target's tools. */
const mostNames = 20;

/** Tools whose calls want arguments made from a schema. */
export function toolsToMakeFor({ operations }: Pick<ScenarioPlan, 'operations'>): ReadonlySet<string> {
  return new Set(operations.flatMap(({ fields = [] }) => toolOf(fields) ?? []));
}

/** Arguments for these tools, the same for the same seed. Throws Unreachable where there can be none, or none in time. */
export function makeArguments(
  tools: ReadonlySet<string>,
  list: ToolList,
  seed: number,
  limit: TimeLimit,
): MadeArguments {
  return Object.fromEntries([...tools].map((tool) => [tool, argumentsOf(tool, list, seed, limit)]));
}

function argumentsOf(tool: string, list: ToolList, seed: number, limit: TimeLimit): string[] {
  if (!Object.hasOwn(list.schemas, tool)) throw noArguments(absent(tool, list));
  try {
    return limit.within(() => sampleTexts(list.schemas[tool], seed));
  } catch (error) {
    if (!(error instanceof Unsupported)) throw error;
    throw noArguments(`no arguments can be made for the tool "${tool}": ${error.message}`);
  }
}

function sampleTexts(schema: unknown, seed: number): string[] {
  const texts: string[] = [];
  let characters = 0;
  for (let row = 0; row < schemaVariants && characters < mostCharacters; row++) {
    const text = JSON.stringify(schemaSample({ type: 'object', ...Object(schema) }, new Random(seed, row)));
    characters += text.length;
    texts.push(text);
  }
  return texts;
}

function absent(tool: string, { names, refusal }: ToolList): string {
  if (refusal !== undefined) return `what tools there are is not known: tools/list was answered with ${refusal}`;
  if (names.length === 0) return `there is no tool "${tool}": the target has none`;
  const more = names.length > mostNames ? `, … ${names.length} in all` : '';
  return `there is no tool "${tool}"${didYouMean(tool, names)} (${names.slice(0, mostNames).join(', ')}${more})`;
}

function noArguments(message: string): Unreachable {
  const failure: OpenFailure = { reason: 'arguments', message };
  return new Unreachable(failure);
}
