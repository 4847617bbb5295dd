// `longwatch check` alone: the build makes one file of it and of what it needs, because reading a hundred small ones takes
// longer than a hundred checks.
import { isMainThread } from 'node:worker_threads';
// At once, so that it becomes part of the same file.
import './check-run.ts';
// In a thread of the check this file is loaded, too, and that alone runs.
import './check-thread.ts';
import { addCheckCommand } from './check.ts';
import { emptyProgram, runProgram } from './run-program.ts';

if (isMainThread) {
  const program = emptyProgram();
  addCheckCommand(program);
  // Not awaited: what is loaded later imports from this file, which must be through by then.
  void runProgram(program);
}
