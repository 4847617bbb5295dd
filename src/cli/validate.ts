import { buffer } from 'node:stream/consumers';
import { styleText } from 'node:util';
import type { Command } from 'commander';
import type { FoundConfig } from '../config/find-files.ts';
import type { Paint, Problem } from '../config/problem.ts';
import { AppError } from '../core/errors.ts';
import { printJson } from './output.ts';

interface ValidateOptions {
  readonly config?: string;
  readonly json?: boolean;
}

interface Verdict {
  readonly file: string;
  /** How many monitors are listed, right or wrong. */
  readonly monitors: number;
  readonly ok: boolean;
  readonly problems: readonly Problem[];
}

/** Exit status for a configuration with errors. */
const INVALID = 3;

/** `longwatch validate [file]`: says whether a configuration is right, and everything that is wrong with it. */
export function addValidateCommand(program: Command): void {
  program
    .command('validate')
    .description('check the configuration: every problem at once, with line, column and suggestion')
    .argument('[file]', 'a file, a folder of *.yaml files, or - for standard input')
    .option('-c, --config <file>', 'the same as [file]')
    .option('--json', 'print the result as JSON')
    .addHelpText('after', HELP)
    .action(validate);
}

const HELP = `
Without a file: LONGWATCH_CONFIG, ./longwatch.yaml, /etc/longwatch/longwatch.yaml.
Exit status: 0 fine, 3 not valid or not found.

Examples:
  longwatch validate
  longwatch validate conf.d --json
  generate-config | longwatch validate -`;

async function validate(argument: string | undefined, { config, json = false }: ValidateOptions): Promise<void> {
  if (argument !== undefined && config !== undefined) {
    throw new AppError('usage', 'the file is named twice, as an argument and with --config; keep one');
  }
  const verdict = await judge(argument ?? config, json);
  if (!verdict.ok) process.exitCode = INVALID;
  if (json) printVerdictJson(verdict);
  else await printVerdict(verdict);
}

async function judge(file: string | undefined, json: boolean): Promise<Verdict> {
  const [{ checkSettings }, { findConfig, noConfigFound }] = await Promise.all([
    import('../config/check-settings.ts'),
    import('../config/find-files.ts'),
  ]);
  const { processEnvironment } = await import('../config/environment.ts');
  const { env, cwd } = processEnvironment();
  try {
    const found =
      file === '-' ? await readStandardInput(cwd) : findConfig({ file, fromEnvironment: env['LONGWATCH_CONFIG'], cwd });
    if (found === undefined) throw noConfigFound(cwd);
    const { settings, problems, monitors } = checkSettings(found, { env, cwd });
    return { file: found.name, monitors, ok: settings !== null, problems };
  } catch (thrown) {
    // Whoever asked for JSON gets JSON, also when there is no file to speak of.
    if (!json || !(thrown instanceof AppError)) throw thrown;
    const { problemWith } = await import('../config/yaml-source.ts');
    return { file: file ?? '', monitors: 0, ok: false, problems: [problemWith(file ?? '', thrown.message)] };
  }
}

async function readStandardInput(cwd: string): Promise<FoundConfig> {
  const bytes = await buffer(process.stdin);
  return { path: null, name: '<stdin>', folder: cwd, files: [{ name: '<stdin>', folder: cwd, bytes }] };
}

async function printVerdict({ file, monitors, ok, problems }: Verdict): Promise<void> {
  const { renderProblems } = await import('../config/problem.ts');
  const count = `${monitors} ${monitors === 1 ? 'monitor' : 'monitors'}`;
  if (problems.length > 0) process.stdout.write(`${renderProblems(problems, paint)}\n`);
  if (ok) process.stdout.write(`${file}: ${paint('ok', 'OK')}, ${count}\n`);
}

const STYLES = { place: 'bold', error: 'red', warning: 'yellow', quiet: 'dim', ok: 'green' } as const;

function paint(part: Parameters<Paint>[0] | 'ok', text: string): string {
  return styleText(STYLES[part], text, { stream: process.stdout });
}

function printVerdictJson({ ok, file, monitors, problems }: Verdict): void {
  const shown = problems.map(({ file, line, column, path, message, suggestion, severity }) => {
    return { file, line, column, path, message, suggestion, severity };
  });
  printJson({ ok, file, monitors, problems: shown });
}
