import type { Feeder } from './data.ts';
import { bodyParts, dataText, feedersOf, isDataPlace, isNumberPlace, isRendered, schemaVariants } from './fields.ts';
import type { FeederPlan, OperationPlan } from './plan.ts';

/** The data files as the plan carries them: only with the columns that a request uses. */
export function usedData(feeders: readonly Feeder[], operations: readonly OperationPlan[]): FeederPlan[] {
  const fields = operations.flatMap((operation) => operation.fields ?? []);
  return feeders.map(({ name, pick, sha256, rows }, index) => {
    const used = fields.flatMap((field) => (field.source === 'data' && field.feeder === index ? [field.column] : []));
    const columns = [...new Set(used)].map((column) => [column, rows.map(({ values }) => values[column])] as const);
    return { name, pick, sha256, rows: rows.length, columns: Object.fromEntries(columns) };
  });
}

/** Of a prepared request beside its bytes: the objects that hold them. */
const variantBytes = 200;
/** Of arguments made from a schema that only the target knows: an assumption. */
const schemaBytes = 1024;

/** Memory that the prepared requests of a scenario take in every worker: one request per row of an operation's data. */
export function preparedBytes(operations: readonly OperationPlan[], data: readonly FeederPlan[]): number {
  const bodies = new Map(operations.map((operation) => [operation.fields, operation]));
  return [...bodies.values()].reduce((total, operation) => total + bytesOf(operation, data), 0);
}

function bytesOf({ body, fields = [] }: OperationPlan, data: readonly FeederPlan[]): number {
  const [feeder] = feedersOf(fields);
  if (fields.some(({ source }) => source === 'schema')) return schemaVariants * (variantBytes + schemaBytes);
  if (feeder === undefined || isRendered(fields)) return 0;
  const { rows, columns } = data[feeder];
  let total = rows * variantBytes;
  for (const part of bodyParts(body, fields)) {
    if (typeof part === 'string') total += rows * Buffer.byteLength(part);
    else if (isNumberPlace(part)) total += rows * part.field.digits;
    else if (isDataPlace(part))
      for (const value of columns[part.field.column]) total += Buffer.byteLength(dataText(part, value));
  }
  return total;
}

/** Memory of the rows themselves, in the main thread and in every worker; a short text counts as its object. */
export function dataBytes(data: readonly FeederPlan[]): number {
  let total = 0;
  for (const { columns } of data)
    for (const values of Object.values(columns))
      for (const value of values)
        total += 32 + (typeof value === 'string' ? value.length : JSON.stringify(value).length);
  return total;
}
