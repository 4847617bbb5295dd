import { Command, CommanderError } from 'commander';
import { VERSION } from '../core/version.ts';
import { reportError } from './output.ts';

/** The program without its commands. */
export function emptyProgram(): Command {
  return new Command('longwatch')
    .description('A scheduled uptime monitor that remembers.')
    .version(VERSION, '-V, --version')
    .showHelpAfterError('(run with --help for the options)')
    .showSuggestionAfterError()
    .exitOverride();
}

/** Runs the command that the process was started with, and sets the exit status. */
export async function runProgram(program: Command): Promise<void> {
  // A reader that goes away (`longwatch ls | head -1`) is no fault: there is nobody left to write to.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
  try {
    await program.parseAsync(process.argv);
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      process.exitCode = thrown.exitCode === 0 ? 0 : 2;
    } else {
      process.exitCode = reportError(thrown);
    }
  }
}
