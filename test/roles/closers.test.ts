import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { Closers } from '../../src/roles/closers.ts';

describe('closers', () => {
  it('close what was opened in reverse, one after the other, and all of it even when one fails', async () => {
    const closers = new Closers(pino({ level: 'silent' }));
    const closed: string[] = [];
    closers.push('database', () => void closed.push('database'));
    closers.push('queue', () => Promise.reject(new Error('cannot close')));
    closers.push('api', async () => {
      await new Promise((resolve) => setImmediate(resolve));
      closed.push('api');
    });
    await Promise.all([closers.closeAll(), closers.closeAll()]);
    expect(closed).toEqual(['api', 'database']);
  });
});
