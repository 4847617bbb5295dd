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
  it('calls a server healthy that answers', { timeout: 30_000 }, async () => {
    const { host, status, stdout } = await askedOf({});
    expect([status, stdout]).toEqual([0, `healthy: http://${host}/livez answers 200\n`]);
  });

  it(
    'calls it healthy also when a part does not work: starting it again would lose what waits in memory',
    {
      timeout: 30_000,
    },
    async () => {
      const { status } = await askedOf({ database: { ok: false, detail: 'disk I/O error' } });
      expect(status).toBe(0);
    },
  );

  it('calls nobody there not healthy', { timeout: 30_000 }, async () => {
    const server = await startSwitchableServer();
    await server.close();
    const { host } = new URL(server.url);
    const { status, stdout } = await healthcheck(host);
    expect([status, stdout]).toEqual([1, `not healthy: http://${host}/livez does not answer (ECONNREFUSED)\n`]);
  });
});
