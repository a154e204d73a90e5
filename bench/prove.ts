import { parseArgs } from 'node:util';
import { ExitCode, McpbError, worstExit } from '../src/errors.ts';
import { type ProofName, type ProofVerdict, proofNames, proofs } from './proof.ts';
import { describeMachine } from './support/machine.ts';
import { recordTable, renderTable } from './support/table.ts';

const record = new URL('../docs/proofs.md', import.meta.url);

const exitCodes: Readonly<Record<ProofVerdict, ExitCode>> = {
  holds: ExitCode.ok,
  fails: ExitCode.thresholdsFailed,
  undecided: ExitCode.invalidRun,
};

/** `[NAME…] [--record]`: the proofs named, or all; the exit code is that of the worst. */
async function main(args: readonly string[]): Promise<void> {
  const { names, recorded } = parse(args);
  const codes: ExitCode[] = [];
  for (const name of names) {
    const { claim, run } = proofs[name];
    const { verdict, table } = await run((line) => process.stderr.write(`${name}: ${line}\n`));
    const provenance = [`\`npm run prove -- ${name}\``, new Date().toISOString().slice(0, 10), describeMachine()];
    const content = `**${verdict}**: ${claim}\n\n${renderTable(table)}\n- ${provenance.join(' · ')}`;
    process.stdout.write(`\n## ${name}\n\n${content}\n\n`);
    if (recorded) await recordTable(record, name, content);
    codes.push(exitCodes[verdict]);
  }
  process.exitCode = worstExit(codes);
}

function parse(args: readonly string[]): { names: readonly ProofName[]; recorded: boolean } {
  try {
    const options = { record: { type: 'boolean', default: false } } as const;
    const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
    return { names: positionals.length === 0 ? proofNames : positionals.map(named), recorded: values.record };
  } catch (cause) {
    if (cause instanceof McpbError) throw cause;
    throw new McpbError('MCPB_E_USAGE', cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

function named(text: string): ProofName {
  const known = proofNames.find((name) => name === text);
  if (known) return known;
  throw new McpbError('MCPB_E_USAGE', `there is no proof "${text}"`, { hint: `one of ${proofNames.join(', ')}` });
}

main(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof McpbError)) throw error;
  process.stderr.write(`${error.message}${error.hint ? `; ${error.hint}` : ''}\n`);
  process.exitCode = error.exitCode;
});
