import { readFileSync } from 'node:fs';

/** Runs `check(url)` for each URL of a list, so many at a time, and prints what it returned, as every program here does. */
export async function runLanes(check) {
  const [list, concurrency] = process.argv.slice(2);
  const urls = readFileSync(list, 'utf8').trim().split('\n');
  let next = 0;
  const lane = async () => {
    while (next < urls.length) {
      const url = urls[next++];
      process.stdout.write(`${url} ${(await check(url)) === 200 ? 'OK' : 'Bad'}\n`);
    }
  };
  await Promise.all(Array.from({ length: Number(concurrency) }, lane));
}
