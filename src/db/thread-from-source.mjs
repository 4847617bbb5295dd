// Runs a thread whose module is TypeScript: the loader that the process was started with does not reach into threads on
// Node 20, so the thread registers it for itself. Never part of a built program.
import { register } from 'tsx/esm/api';

register();
await import(process.argv[2]);
