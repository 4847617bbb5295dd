// `npm start`: as dist/cli/longwatch.cjs does, settles how many threads there are before a module is read with them.
process.env.UV_THREADPOOL_SIZE ||= '64';
void import('./start.mjs');
