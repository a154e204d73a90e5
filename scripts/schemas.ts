import { writeFileSync } from 'node:fs';
import { jsonSchemas } from '../src/json-schemas.ts';

/** Writes the JSON Schemas of the package, which editors and readers of results use. */
for (const { file, make } of Object.values(jsonSchemas))
  writeFileSync(new URL(`../${file}`, import.meta.url), `${JSON.stringify(make(), null, 2)}\n`);
