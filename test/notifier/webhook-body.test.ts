import { describe, expect, it } from 'vitest';
import { webhookBody } from '../../src/notifier/webhook-body.ts';
import { anyItem, anyMessage, GOT_503, MINUTE, ON_TIME, SHOP, SINCE } from './any-message.ts';

const bare = anyMessage({ kind: 'test', monitor: null, incident: null, status: null, since: null });

function parsed(body: string): Record<string, unknown> {
  return JSON.parse(body) as Record<string, unknown>;
}

describe('the body of a webhook', () => {
  it('says all that is known of trouble', () => {
    const message = anyMessage({
      cause: GOT_503,
      proof: { rule: 'retries', count: 3, first: SINCE, last: SINCE + 10_000 },
      dependants: { all: 29, down: 12 },
    });
    expect(parsed(webhookBody(message, { ...ON_TIME, attempt: 4, lateBy: 12 * MINUTE }))).toEqual({
      version: 1,
      id: 'm-41',
      type: 'down',
      timestamp: '2026-11-23T12:00:15.000Z',
      severity: 'critical',
      resolved: false,
      title: 'Shop is down, 29 dependants affected',
      summary:
        'Shop has been down since 2026-11-23 12:00:05 UTC: the status code is not an expected one: got 503, expected 2xx. ' +
        '29 monitors depend on it, 12 of them are down. Delivered 12 min late.',
      monitor: { id: 'shop', name: 'Shop', group: 'Sales', target: 'https://shop.example/', tags: { team: 'web' } },
      incident: 12,
      status: { from: 'up', to: 'down' },
      since: '2026-11-23T12:00:05.000Z',
      until: null,
      duration_ms: 10_000,
      cause: {
        reason: 'status_unexpected',
        reason_text: 'the status code is not an expected one',
        message: 'got 503, expected 2xx',
        status_code: 503,
        duration_ms: 81.5,
        unmet: [{ what: 'status', expected: '2xx', got: '503' }],
      },
      proof: { rule: 'retries', count: 3, first: '2026-11-23T12:00:05.000Z', last: '2026-11-23T12:00:15.000Z' },
      dependants: { all: 29, down: 12 },
      items: [],
      total: 0,
      about: null,
      report: null,
      attempt: 4,
      late_by_ms: 720_000,
      links: {
        incident: 'https://watch.example/incidents/12',
        acknowledge: 'https://watch.example/incidents/12/acknowledge?token=t',
      },
    });
  });

  it('has the same fields whatever it tells of', () => {
    const full = anyMessage({ kind: 'storm', items: [anyItem({ until: SINCE + MINUTE, cause: GOT_503 })], total: 1 });
    const keys = Object.keys(parsed(webhookBody(full, ON_TIME)));
    expect(Object.keys(parsed(webhookBody(bare, ON_TIME)))).toEqual(keys);
    expect(parsed(webhookBody(full, ON_TIME))['items']).toEqual([
      expect.objectContaining({ type: 'down', incident: 12, until: '2026-11-23T12:01:05.000Z' }),
    ]);
  });

  it('keeps names as they are, lets no half character out, and gives nothing away that it does not name', () => {
    const monitor = { ...SHOP, name: '<!channel> "\r\n\u{202e}\u{d800}', password: 'hunter2' };
    const body = webhookBody(anyMessage({ monitor }), ON_TIME);
    expect(body).not.toContain('hunter2');
    expect(Buffer.from(body, 'utf8').toString('utf8')).toBe(body);
    expect(parsed(body)['monitor']).toEqual({ ...SHOP, name: monitor.name });
    expect(parsed(body)['title']).toBe('<!channel> " is down');
  });

  it('does not offer to acknowledge what is over', () => {
    const body = parsed(webhookBody(anyMessage({ kind: 'up', resolved: true }), ON_TIME));
    expect(body['links']).toEqual({ incident: 'https://watch.example/incidents/12', acknowledge: null });
  });
});
