#!/usr/bin/env node
// `mcpb` from its TypeScript source, without a build: for working on it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { main } from '../src/commands/main.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const pjson = JSON.parse(readFileSync(`${root}package.json`, 'utf8'));
pjson.oclif.commands.target = './src/commands/index.ts';
process.exit(await main(process.argv.slice(2), { root, pjson, ignoreManifest: true }));
