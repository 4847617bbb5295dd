/**
 * The floor for `bench schedule`: the same checks at the same moments on bare timers and undici's own request, without
 * queue, database or guard. Arguments: port, monitors, seconds. Prints one JSON line: lateness of each check in ms.
 */
import { Client } from 'undici';
import { slotAfter, slotOffset } from '../../src/core/slots.ts';

const [port, monitors, seconds] = process.argv.slice(2).map(Number) as [number, number, number];
const INTERVAL = 1000;
const lateness: number[] = [];
const until = Date.now() + seconds * 1000;
let bad = 0;

async function check(): Promise<void> {
  const client = new Client(`http://127.0.0.1:${port}`);
  try {
    const { statusCode, body } = await client.request({ path: '/', method: 'GET' });
    await body.dump();
    if (statusCode !== 200) bad += 1;
  } catch {
    bad += 1;
  } finally {
    await client.destroy();
  }
}

function schedule(slot: number): void {
  if (slot > until) return;
  setTimeout(
    () => {
      lateness.push(Date.now() - slot);
      void check();
      schedule(slot + INTERVAL);
    },
    Math.max(0, slot - Date.now()),
  );
}

const cpuBefore = process.cpuUsage();
for (let index = 0; index < monitors; index += 1) {
  schedule(slotAfter(Date.now(), INTERVAL, slotOffset(`m${index}`, INTERVAL)));
}
setTimeout(
  () => {
    const { user, system } = process.cpuUsage(cpuBefore);
    process.stdout.write(`${JSON.stringify({ lateness, bad, cpuMs: (user + system) / 1000 })}\n`);
  },
  seconds * 1000 + 500,
);
