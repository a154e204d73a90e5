import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv';

const ajv = new AjvJsonSchemaValidator();

/** What an independent validator (Ajv, by way of the official SDK) has against values of a schema; undefined: nothing. */
export function validatorOf(schema: Readonly<Record<string, unknown>>): (value: unknown) => string | undefined {
  const validate = ajv.getValidator<unknown>(schema);
  return (value) => validate(value).errorMessage;
}
