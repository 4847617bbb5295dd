import { pino } from 'pino';
import { expect, it, onTestFinished } from 'vitest';
import { loadServeSettings } from '../../src/config/serve-settings.ts';
import { start } from '../../src/main.ts';
import { aFolder } from '../support/longwatch.ts';

it('names what a new configuration changes that is not in effect, until it is taken back', async () => {
  const folder = aFolder();
  onTestFinished(() => folder.remove());
  const read = (token: string, publicUrl: string) =>
    loadServeSettings(
      'all',
      folder.write(
        'longwatch.yaml',
        `server: { listen: "127.0.0.1:0", api_token: "${token}", public_url: "${publicUrl}" }\nstorage: { path: ./data.db }\nmonitors: []\n`,
      ),
    );
  const one = 'a-token-that-is-long-enough';
  const other = 'another-that-is-long-enough';
  const running = await start({ serve: read(one, 'https://a.example'), logger: pino({ level: 'silent' }) });
  try {
    expect(await running.reload(read(other, 'https://a.example'))).toEqual(['server.api_token']);
    expect(await running.reload(read(other, 'https://b.example'))).toEqual(['server.api_token']);
    expect(await running.reload(read(one, 'https://b.example'))).toEqual([]);
  } finally {
    await running.close();
  }
}, 60_000);
