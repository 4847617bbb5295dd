// `npm run build`: compiles src to dist. Expects the packages to be installed.
import './setup/node-version.mjs';
import { build } from './setup/build.mjs';
import { runScript } from './setup/run.mjs';

await runScript(build);
