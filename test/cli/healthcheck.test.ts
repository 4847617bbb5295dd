import { pino } from 'pino';
import { describe, expect, it, onTestFinished } from 'vitest';
import { buildApi } from '../../src/api/app.ts';
import { listen } from '../../src/api/listen.ts';
import type { Health } from '../../src/api/health.ts';
import { systemClock } from '../../src/core/clock.ts';
import { aFolder, run } from '../support/longwatch.ts';
import { startSwitchableServer } from '../targets/switchable-server.ts';

/** The API of a server whose parts are as said, and `longwatch healthcheck` asking it. */
async function askedOf(parts: Readonly<Record<string, Health>>) {
  const well = () => Promise.resolve({ ok: true, detail: 'fine' });
  const said = Object.fromEntries(Object.entries(parts).map(([part, health]) => [part, () => Promise.resolve(health)]));
  const readiness = { queue: well, database: well, scheduler: well, notifications: well, ...said };
  // Nothing but health is asked for here.
  const deps = { reader: {}, clock: systemClock, logger: pino({ level: 'silent' }), readiness };
  const app = await buildApi(deps as never);
  const server = await listen(app, { host: '127.0.0.1', port: 0 });
  onTestFinished(() => server.close());
  const { host } = new URL(server.url);
  return { host, ...(await healthcheck(host)) };
}

function healthcheck(host: string) {
  const folder = aFolder();
  onTestFinished(() => folder.remove());
  const config = folder.write('longwatch.yaml', `server: { listen: '${host}' }\nmonitors: []\n`);
  return run(['healthcheck', '--config', config]);
}

describe('longwatch healthcheck', () => {
  it('calls a server healthy when all of its parts work', { timeout: 30_000 }, async () => {
    const { host, status, stdout } = await askedOf({});
    expect([status, stdout]).toEqual([0, `healthy: http://${host}/readyz answers 200\n`]);
  });

  it('names the parts that do not work', { timeout: 30_000 }, async () => {
    const { status, stdout } = await askedOf({
      queue: { ok: false, detail: 'no answer within 2 s' },
      notifications: { ok: false, detail: 'messages cannot be planned since 45 s: disk I/O error' },
    });
    expect(status).toBe(1);
    expect(stdout).toBe(
      'not healthy: queue: no answer within 2 s; notifications: messages cannot be planned since 45 s: disk I/O error\n',
    );
  });

  it('calls nobody there not healthy', { timeout: 30_000 }, async () => {
    const server = await startSwitchableServer();
    await server.close();
    const { host } = new URL(server.url);
    const { status, stdout } = await healthcheck(host);
    expect([status, stdout]).toEqual([1, `not healthy: http://${host}/readyz does not answer (ECONNREFUSED)\n`]);
  });
});
