// Writes oclif.manifest.json, which spares a start-up the import of every command. `--check`: exits 1 when the one that
// stands differs from what the commands say.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Plugin } from '@oclif/core/config';
import { settings } from '@oclif/core/settings';

const root = fileURLToPath(new URL('..', import.meta.url));
const file = `${root}oclif.manifest.json`;

settings.enableAutoTranspile = false;
const plugin = new Plugin({ root, isRoot: true, ignoreManifest: true, errorOnManifestCreate: true });
await plugin.load();
const manifest = `${JSON.stringify(plugin.manifest, null, 2)}\n`;

if (!process.argv.includes('--check')) {
  writeFileSync(file, manifest);
} else if (readFileSync(file, 'utf8') !== manifest) {
  process.stderr.write('oclif.manifest.json is stale: run `npm run build` and commit it\n');
  process.exitCode = 1;
}
