import { styleText } from 'node:util';
import { AppError, toError } from '../core/errors.ts';

/** Prints one value as JSON on standard output, indented for a person on a terminal and on one line otherwise. */
export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, process.stdout.isTTY ? 2 : undefined)}\n`);
}

/** Prints an error for a person on standard error and returns the exit status of the command. */
export function reportError(thrown: unknown): number {
  const error = toError(thrown);
  if (error instanceof AppError) {
    process.stderr.write(`${errorLabel(error.code)} ${error.message}\n`);
    if (error.hint !== undefined) process.stderr.write(`  ${error.hint}\n`);
    return error.exitStatus;
  }
  process.stderr.write(`${errorLabel('internal')} ${error.message}${originOf(error)}\n`);
  process.stderr.write('  This is a fault in Longwatch. Please report this line with the command that led to it.\n');
  return 70;
}

function errorLabel(code: string): string {
  return styleText('red', `error[${code}]:`, { stream: process.stderr });
}

/** Where an error of ours was thrown, for whoever looks for it: the innermost line of its stack. */
function originOf(error: Error): string {
  const frame = /^\s+at (.+)$/m.exec(error.stack ?? '')?.[1];
  return frame === undefined ? '' : ` (${frame.replace(/(?:file:\/\/)?\/\S*\/((?:dist|src)\/)/, '$1')})`;
}
