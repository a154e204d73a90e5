import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ExitCode, McpbError } from '../src/errors.ts';
import { benches } from './bench.ts';
import { measureBench } from './measure.ts';
import { parseOptions } from './options.ts';
import { openJournal } from './support/journal.ts';
import { describeMachine } from './support/machine.ts';
import { recordTable, renderTable } from './support/table.ts';

const readme = new URL('README.md', import.meta.url);
const journalFile = fileURLToPath(new URL('../.mcpb/bench/journal.jsonl', import.meta.url));

async function main(args: readonly string[]): Promise<void> {
  const options = parseOptions(args, (line) => process.stderr.write(`${line}\n`));
  const deadline = performance.now() + options.for * 1000;
  const journal = await openJournal(journalFile, commit(), options.resume);
  const provenance = [
    `\`${['npm run bench', ...(args.length > 0 ? ['--'] : []), ...args].join(' ')}\``,
    new Date().toISOString().slice(0, 10),
    describeMachine(),
  ];
  for (const name of options.benches) {
    const table = await measureBench(benches[name], options, journal, deadline);
    if (table === undefined) {
      process.stderr.write(`stopped in ${name} after ${options.for} s; the same with --resume goes on\n`);
      process.exitCode = ExitCode.inconclusive;
      return;
    }
    const content = `${renderTable(table)}\n- ${provenance.join(' · ')}`;
    process.stdout.write(`\n## ${name}\n\n${content}\n\n`);
    if (options.record) await recordTable(readme, name, content);
  }
}

function commit(): string {
  return execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof McpbError)) throw error;
  process.stderr.write(`${error.message}${error.hint ? `; ${error.hint}` : ''}\n`);
  process.exitCode = error.exitCode;
});
