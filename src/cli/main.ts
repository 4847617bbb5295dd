#!/usr/bin/env node
import { CommanderError } from 'commander';
import { reportError } from './output.ts';
import { buildProgram } from './program.ts';

// A reader that goes away (`longwatch ls | head -1`) is no fault: there is nobody left to write to.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await buildProgram().parseAsync(process.argv);
} catch (thrown) {
  if (thrown instanceof CommanderError) {
    process.exitCode = thrown.exitCode === 0 ? 0 : 2;
  } else {
    process.exitCode = reportError(thrown);
  }
}
