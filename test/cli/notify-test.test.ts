import { describe, expect, it, onTestFinished } from 'vitest';
import { startSink, type Sink } from '../notifier/sink.ts';
import { aFolder, run, startProgram } from '../support/longwatch.ts';

interface Home {
  readonly sink: Sink;
  readonly config: string;
}

async function aHome(listen: string): Promise<Home> {
  const sink = await startSink();
  onTestFinished(() => sink.close());
  const folder = aFolder();
  onTestFinished(() => folder.remove());
  const config = folder.write(
    'longwatch.yaml',
    `version: 1
server: { listen: '${listen}' }
storage: { path: longwatch.db }
channels:
  - { id: ops, type: webhook, url: '${sink.urlOf('ops')}' }
monitors:
  - { id: shop, url: 'http://127.0.0.1:9/', enabled: false }
`,
  );
  return { sink, config };
}

// Port 1 takes no connections.
const NOBODY = '127.0.0.1:1';

describe('longwatch notify test', () => {
  it('has the server send a message and shows what was answered', { timeout: 60_000 }, async () => {
    const { sink, config } = await aHome('127.0.0.1:0');
    const program = startProgram(['serve', '--config', config]);
    onTestFinished(async () => {
      program.kill('SIGTERM');
      await program.finished;
    });
    const [, url] = await program.seen(/ready at (\S+)/);
    const { stdout, status } = await run(['notify', 'test', 'ops', '--server', String(url)]);
    expect({ stdout, status }).toEqual({
      stdout: expect.stringMatching(/^✔ ops: delivered in .+: 200 taken\n$/),
      status: 0,
    });
    expect(sink.received('ops')).toHaveLength(1);
    const log = await run(['notifications', '--server', String(url), '--json']);
    expect(JSON.parse(log.stdout)).toMatchObject({
      notifications: [{ channel: 'ops', kind: 'test', state: 'delivered' }],
    });
  });

  it('tries the channel from here when no server runs by the configuration', { timeout: 60_000 }, async () => {
    const { sink, config } = await aHome(NOBODY);
    sink.answer('ops', { status: 503 });
    const tried = await run(['notify', 'test', 'ops', '--config', config, '--json']);
    expect(tried.status).toBe(1);
    expect(JSON.parse(tried.stdout)).toMatchObject({ channel: 'ops', outcome: 'failed', status_code: 503 });
    const unknown = await run(['notify', 'test', 'oops', '--config', config]);
    expect(unknown.status).toBe(2);
    expect(unknown.stderr).toContain('error[not_found]: there is no channel "oops"');
  });
});
