import { McpbError } from '../src/errors.ts';
import { benchGateway } from './gateway.ts';
import { benchGenerators } from './generators.ts';
import { benchIdleMemory } from './idle-memory.ts';
import { type BenchName, type Options, parseOptions } from './options.ts';
import { describeMachine } from './support/machine.ts';
import { recordTable, renderTable, type Table } from './support/table.ts';

const readme = new URL('README.md', import.meta.url);

const benches: Readonly<Record<BenchName, (options: Options) => Promise<Table>>> = {
  generators: benchGenerators,
  gateway: benchGateway,
  'idle-memory': benchIdleMemory,
};

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, (line) => process.stderr.write(`${line}\n`));
  const provenance = [
    `\`${['npm run bench', ...(args.length > 0 ? ['--'] : []), ...args].join(' ')}\``,
    new Date().toISOString().slice(0, 10),
    describeMachine(),
  ];
  for (const name of options.benches) {
    const table = renderTable(await benches[name](options));
    const content = `${table}\n- ${provenance.join(' · ')}`;
    process.stdout.write(`\n## ${name}\n\n${content}\n\n`);
    if (options.record) await recordTable(readme, name, content);
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof McpbError)) throw error;
  process.stderr.write(`${error.message}${error.hint ? `; ${error.hint}` : ''}\n`);
  process.exitCode = error.exitCode;
});
