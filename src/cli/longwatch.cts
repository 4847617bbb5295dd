#!/usr/bin/env node
// The file that starts first. CommonJS, because modules are read with the threads of the pool, and how many there are is
// settled when the first one is used. Look-ups of names get half of them, and one that hangs holds its thread: the usual
// four are too few.
process.env['UV_THREADPOOL_SIZE'] ||= '64';

// One check from the command line must not wait for the rest of the program to load.
if (process.argv[2] === 'check') void import('./check-main.ts');
else void import('./main.ts');
