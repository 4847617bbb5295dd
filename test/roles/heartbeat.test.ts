import { pino } from 'pino';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { systemClock } from '../../src/core/clock.ts';
import { createNetwork } from '../../src/net/network.ts';
import { Heartbeat } from '../../src/roles/heartbeat.ts';
import { startSwitchableServer } from '../targets/switchable-server.ts';

const soon = { timeout: 5000, interval: 10 };

/** A heartbeat that is called every 50 ms, of which the test says how Longwatch is. */
async function aHeartbeat() {
  const target = await startSwitchableServer();
  onTestFinished(() => target.close());
  const lines: string[] = [];
  const logger = pino(
    { level: 'info' },
    { write: (line) => void lines.push((JSON.parse(line) as { msg: string }).msg) },
  );
  const state = { trouble: '' };
  const network = createNetwork({ clock: systemClock });
  const heartbeat = new Heartbeat({ network, whatIsNotWell: () => Promise.resolve(state.trouble), logger });
  onTestFinished(() => heartbeat.close());
  heartbeat.configure({ url: `${target.url}ping/secret-key`, every: 50 });
  return { target, heartbeat, state, lines };
}

describe('the heartbeat', () => {
  it('calls again and again while Longwatch is well, from its start on', async () => {
    const { target, heartbeat, lines } = await aHeartbeat();
    expect(target.hits).toHaveLength(0);
    heartbeat.start();
    await vi.waitFor(() => expect(target.hits.length).toBeGreaterThan(2), soon);
    expect(target.hits[0]).toMatchObject({ path: '/ping/secret-key' });
    expect(lines).toEqual([]);
  });

  it('is withheld while Longwatch is not well, says so once, and goes on afterwards', async () => {
    const { target, heartbeat, state, lines } = await aHeartbeat();
    state.trouble = 'database: cannot be written';
    heartbeat.start();
    await vi.waitFor(() => expect(lines).toHaveLength(1), soon);
    expect(lines[0]).toContain('database: cannot be written');
    expect(target.hits).toHaveLength(0);
    state.trouble = '';
    await vi.waitFor(() => expect(target.hits.length).toBeGreaterThan(1), soon);
    expect(lines).toEqual([lines[0], 'the heartbeat comes through again']);
  });

  it('only logs that calls fail, once, and without the address', async () => {
    const { target, heartbeat, lines } = await aHeartbeat();
    await target.set('down');
    heartbeat.start();
    await vi.waitFor(() => expect(lines).toHaveLength(1), soon);
    await target.set('up');
    await vi.waitFor(() => expect(lines).toHaveLength(2), soon);
    expect(lines.join()).not.toContain('secret-key');
  });

  it('calls another address as soon as it is told to, and nobody when there is none', async () => {
    const { target, heartbeat } = await aHeartbeat();
    heartbeat.configure(null);
    heartbeat.start();
    expect(target.hits).toHaveLength(0);
    heartbeat.configure({ url: `${target.url}other`, every: 3_600_000 });
    await vi.waitFor(() => expect(target.hits.map(({ path }) => path)).toEqual(['/other']), soon);
  });
});
