// `npm start [-- options of serve]`: installs and builds what is missing, then serves. Needs nothing but Node.
import './setup/node-version.mjs';
import { fileURLToPath } from 'node:url';
import { endWithNpm } from './setup/end-with-npm.mjs';
import { ensureReady } from './setup/ready.mjs';
import { runScript } from './setup/run.mjs';

endWithNpm();
await runScript(async () => {
  await ensureReady();
  // In this very process: signals, the terminal and the exit status are the program's own.
  const program = new URL('../dist/cli/main.js', import.meta.url);
  process.argv.splice(1, 1, fileURLToPath(program), 'serve');
  await import(program.href);
});
