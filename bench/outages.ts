/**
 * `npm run bench -- outages [--minutes 10] [--targets 20] [--seed 1]`: not of speed but of truth. Lets the program watch
 * targets on loopback that go up and down by chance, kills it every few seconds, and compares what a receiver of webhooks
 * that fails now and then was told with what came to pass. Ends with 1 when they differ.
 */
import { parseArgs } from 'node:util';
import { playOutages } from '../test/support/played-outages.ts';

const { values: options } = parseArgs({
  options: {
    minutes: { type: 'string', default: '10' },
    targets: { type: 'string', default: '20' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});
const started = Date.now();
const { wrong, outages, told, kills, attempts } = await playOutages({
  seconds: Number(options.minutes) * 60,
  targets: Number(options.targets),
  seed: Number(options.seed),
  onKill: (count) => process.stderr.write(`\rkilled ${count} times, ${Math.round((Date.now() - started) / 1000)} s`),
});
process.stderr.write('\n');
const kinds = new Map<string, number>();
for (const { type } of told) kinds.set(type, (kinds.get(type) ?? 0) + 1);
process.stdout.write(`seed ${options.seed}: ${outages.length} outages, killed ${kills} times
told ${[...kinds].map(([kind, count]) => `${count} ${kind}`).join(', ')}
${attempts.all} attempts, of which ${attempts.again} brought what was known
${wrong.length === 0 ? 'each outage was told once, with its beginning and its end' : wrong.join('\n')}
`);
process.exitCode = wrong.length === 0 ? 0 : 1;
