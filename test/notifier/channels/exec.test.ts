import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import { closeAfterEach } from '../../targets/close-after-each.ts';
import { anyMessage, GOT_503 } from '../any-message.ts';
import { channelOf, send } from './written-channels.ts';

const { later } = closeAfterEach();

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'longwatch-exec-'));
  later(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

/** A program that is Node running these lines. */
function node(lines: string, keys: object = {}) {
  return channelOf('exec', { command: [process.execPath, '-e', lines], timeout: '10s', ...keys });
}

describe('a program', () => {
  it('is given the message on its input and in its environment, and nothing else', async () => {
    const file = join(folder(), 'seen.json');
    const lines = `const fs = require('node:fs');
      fs.writeFileSync(process.argv[1], JSON.stringify({ input: JSON.parse(fs.readFileSync(0, 'utf8')), env: process.env, args: process.argv.slice(2) }))`;
    const channel = channelOf('exec', {
      command: [process.execPath, '-e', lines, file, '$(id)', '; rm -rf /'],
      environment: { PAGER_TOKEN: 's3cret' },
    });
    expect(await send(channel, anyMessage({ cause: GOT_503 }))).toMatchObject({ outcome: 'delivered' });
    const { input, env, args } = JSON.parse(readFileSync(file, 'utf8')) as {
      input: object;
      env: Record<string, string>;
      args: string[];
    };
    expect(input).toMatchObject({ id: 'm-41', type: 'down', monitor: { id: 'shop' } });
    expect(args).toEqual(['$(id)', '; rm -rf /']);
    expect(env).toMatchObject({ LONGWATCH_TITLE: 'Shop is down', LONGWATCH_MONITOR_ID: 'shop', PAGER_TOKEN: 's3cret' });
    const others = Object.keys(env).filter((name) => !name.startsWith('LONGWATCH_'));
    expect(others.sort((one, other) => one.localeCompare(other))).toEqual(['PAGER_TOKEN', 'PATH']);
  });

  it('that ends with another number than 0 has failed, and what it said is told without secrets', async () => {
    const channel = node('console.error("no line for", process.env.PAGER_TOKEN); process.exit(3)', {
      environment: { PAGER_TOKEN: 's3cret-value' },
    });
    const answer = await send(channel, anyMessage());
    expect(answer).toEqual({
      outcome: 'failed',
      detail: 'ended with 3: no line for …',
      statusCode: null,
      retryAfter: null,
    });
  });

  it('that does not read its input is delivered all the same', async () => {
    expect(await send(channelOf('exec', { command: ['true'] }), anyMessage())).toMatchObject({ outcome: 'delivered' });
  });

  it('that takes too long is killed with all that it started', async () => {
    const file = join(folder(), 'pid');
    const lines = `const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
      require('node:fs').writeFileSync(process.argv[1], String(child.pid)); setInterval(() => {}, 1000)`;
    const channel = channelOf('exec', { command: [process.execPath, '-e', lines, file], timeout: '1s' });
    const answer = await send(channel, anyMessage());
    expect(answer).toMatchObject({ outcome: 'failed', detail: 'it did not end within 1s and was killed' });
    const pid = Number(readFileSync(file, 'utf8'));
    await vi.waitFor(() => expect(isRunning(pid)).toBe(false));
  });

  it('that ended well has told it, also when it left something running behind that holds on to its output', async () => {
    const file = join(folder(), 'pid');
    const channel = channelOf('exec', { command: ['sh', '-c', 'sleep 60 & echo $! > "$0"; echo told', file] });
    const answer = await send(channel, anyMessage());
    const pid = Number(readFileSync(file, 'utf8'));
    later(() => process.kill(pid));
    expect(answer).toMatchObject({ outcome: 'delivered', detail: 'ended with 0: told' });
    expect(isRunning(pid)).toBe(true);
  });

  it('ends with its attempt', async () => {
    const end = new AbortController();
    const sending = send(node('setInterval(() => {}, 1000)'), anyMessage(), { signal: end.signal });
    setImmediate(() => end.abort());
    expect(await sending).toMatchObject({ outcome: 'failed', detail: 'the attempt was ended' });
  });

  it('that says a lot is heard only for a while', async () => {
    const answer = await send(node('process.stdout.write("x".repeat(5_000_000))'), anyMessage());
    expect(answer.outcome).toBe('delivered');
    expect(answer.detail.length).toBeLessThanOrEqual(300);
  });

  it.each([
    ['does not exist', () => '/nowhere/at-all', /could not be started/],
    [
      'must not be run',
      () => {
        const file = join(folder(), 'plain');
        writeFileSync(file, 'x');
        return file;
      },
      /could not be started/,
    ],
  ])('that %s has failed', async (_, program, detail) => {
    const answer = await send(channelOf('exec', { command: [program()] }), anyMessage());
    expect(answer.outcome).toBe('failed');
    expect(answer.detail).toMatch(detail);
  });
});

/** A process that was killed but not yet waited for by its new parent is gone for us. */
function isRunning(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) Z/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}
