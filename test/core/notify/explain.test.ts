import { describe, expect, it } from 'vitest';
import type { MaintenancePlan } from '../../../src/core/maintenance/plan.ts';
import { explainLines } from '../../../src/core/notify/explain-lines.ts';
import { explain } from '../../../src/core/notify/explain.ts';
import { EVERY_MONITOR } from '../../../src/core/notify/match.ts';
import type { Situation } from '../../../src/core/notify/situation.ts';
import { HOUR, incident, MINUTE, NOW, policy, situation, WEEK } from './given.ts';

const NIGHT = { days: WEEK, from: 22 * 60, to: 7 * 60, zone: 'Europe/Berlin', except: ['critical' as const] };
const PATCHES: MaintenancePlan = {
  id: 'patches',
  name: 'Patches\u001b[2J',
  for: EVERY_MONITOR,
  times: { kind: 'once', start: NOW + HOUR, end: NOW + 2 * HOUR },
};
const NONE: Partial<Situation> = { incident: null };

function lines(changes: Partial<Situation>, plans: readonly MaintenancePlan[] = []): string[] {
  return explainLines(explain(situation({ ...NONE, ...changes }), plans));
}

describe('explain', () => {
  it('tells in plain words who would hear of what and when, by several policies', () => {
    const policies = [
      policy({
        id: 'team',
        for: { monitors: [], groups: ['Shop'], tags: {} },
        repeat: HOUR,
        escalate: [{ after: 15 * MINUTE, tell: ['phone'] }],
        storm: { over: 5, within: MINUTE },
      }),
      policy({ id: 'office', tell: ['mail'], quiet: { ...NIGHT, from: 720 }, delay: 5 * MINUTE }),
      policy({ id: 'day', tell: ['boss'], severity: ['critical'], hours: { ...NIGHT, from: 480, to: 600 } }),
      policy({ id: 'late', severity: ['critical'] }),
    ];
    const due = 'It is due if the incident is still open by then and nobody has acknowledged it.';
    expect(lines({ policies })).toEqual([
      'shop, as of 2026-11-23 12:00:00 UTC',
      '  depends on edge: nothing of that is down; while it is, nobody is told that shop is',
      '  no maintenance now',
      '',
      'If it goes down now (critical):',
      '  chat   at once (policy team).',
      '  mail   in 5m, 2026-11-23 12:05:00 UTC (policy office). The policy tells only of trouble that lasts for a while.',
      '  boss   not told (policy day). It was outside the hours of the policy.',
      `  chat   in 1h, 2026-11-23 13:00:00 UTC (reminder 1, policy team). ${due}`,
      `  chat   in 2h, 2026-11-23 14:00:00 UTC (reminder 2, policy team). ${due}`,
      `  chat   in 3h, 2026-11-23 15:00:01 UTC (reminder 3, policy team). ${due}`,
      `  phone  in 15m, 2026-11-23 12:15:00 UTC (escalation 1, policy team). ${due}`,
      '  policy late adds nothing: its channels are told by other policies, or were not told',
      '',
      'If it becomes degraded now (warning):',
      '  chat   at once (policy team).',
      '  mail   in 18h, 2026-11-24 06:00:00 UTC (policy office). The policy tells only of trouble that lasts for a while. It is held until the quiet hours of the policy end.',
      `  chat   in 1h, 2026-11-23 13:00:00 UTC (reminder 1, policy team). ${due}`,
      `  chat   in 2h, 2026-11-23 14:00:00 UTC (reminder 2, policy team). ${due}`,
      `  chat   in 3h, 2026-11-23 15:00:01 UTC (reminder 3, policy team). ${due}`,
      `  phone  in 15m, 2026-11-23 12:15:00 UTC (escalation 1, policy team). ${due}`,
      '  policies day, late add nothing: they are not about trouble this grave or slight (key severity)',
      '',
      'If it is up again now (critical):',
      '  chat  at once (policy team).',
      '  mail  at once (policy office).',
      '  boss  not told (policy day). The channel was not told of the beginning, so it need not be told of the end.',
      '  policy late adds nothing: its channels are told by other policies, or were not told',
      '',
      'If it begins to flap now (warning):',
      '  chat   at once (policy team).',
      '  mail   in 18h, 2026-11-24 06:00:00 UTC (policy office). The policy tells only of trouble that lasts for a while. It is held until the quiet hours of the policy end.',
      `  chat   in 1h, 2026-11-23 13:00:00 UTC (reminder 1, policy team). ${due}`,
      `  chat   in 2h, 2026-11-23 14:00:00 UTC (reminder 2, policy team). ${due}`,
      `  chat   in 3h, 2026-11-23 15:00:01 UTC (reminder 3, policy team). ${due}`,
      `  phone  in 15m, 2026-11-23 12:15:00 UTC (escalation 1, policy team). ${due}`,
      '  policies day, late add nothing: they are not about trouble this grave or slight (key severity)',
      '',
      'In any case:',
      '  policy team: reminders go on every 1h while it lasts and nobody acknowledges it',
      '  policy team: more than 5 messages to a channel within 1m become one',
    ]);
  });

  it.each<[string, Partial<Situation>, readonly MaintenancePlan[], string]>([
    [
      'maintenance that is now',
      { maintenance: { plan: 'x', name: 'Move', start: NOW, end: NOW + HOUR } },
      [],
      '  in maintenance until 2026-11-23 13:00:00 UTC: Move',
    ],
    [
      'what it does',
      { maintenance: { plan: 'x', name: 'Move', start: NOW, end: NOW + HOUR } },
      [],
      '  chat  not told (policy default). The monitor was in maintenance.',
    ],
    [
      'maintenance that comes',
      {},
      [PATCHES],
      '  next maintenance 2026-11-23 13:00:00 UTC to 2026-11-23 14:00:00 UTC: Patches\u{fffd}[2J',
    ],
    [
      'maintenance that comes before a message is due',
      { policies: [policy({ delay: HOUR })] },
      [PATCHES],
      '  chat  not told (policy default). The monitor was in maintenance.',
    ],
    [
      'a parent that is down',
      { parent: { state: 'down', monitor: 'edge', incident: 6 } },
      [],
      '  depends on edge: edge is down (incident #6)',
    ],
    [
      'what that does',
      { parent: { state: 'down', monitor: 'edge', incident: 6 } },
      [],
      '  chat  not told (policy default). Something that the monitor depends on was down, which is told instead.',
    ],
    [
      'a parent that may be down',
      { parent: { state: 'unsure', monitor: 'edge', until: NOW + 9000 } },
      [],
      '  depends on edge: whether edge is up is not known yet',
    ],
    [
      'an incident that is open',
      { incident: incident({ acknowledgedAt: NOW, silencedUntil: NOW + HOUR }) },
      [],
      '  incident #7 (down) is open since 2026-11-23 12:00:00 UTC, acknowledged, silenced until 2026-11-23 13:00:00 UTC',
    ],
    [
      'a silence',
      { incident: incident({ silencedUntil: NOW + HOUR }) },
      [],
      '  chat  in 1h, 2026-11-23 13:00:00 UTC (policy default). It is held until the silence of the incident ends.',
    ],
    [
      'a policy for other monitors',
      { policies: [policy({ for: { ...EVERY_MONITOR, monitors: ['api'] } })] },
      [],
      '  policy default adds nothing: it is not for this monitor (key for)',
    ],
    ['that nobody is told', { policies: [] }, [], '  nobody is told'],
    [
      'a limit of the rate',
      { policies: [policy({ maxRate: { messages: 30, within: HOUR } })] },
      [],
      '  policy default: at most 30 messages to a channel within 1h; the others wait',
    ],
  ])('tells of %s', (_, changes, plans, expected) => {
    expect(lines(changes, plans)).toContain(expected);
  });

  it('says that reminders stop when an incident is acknowledged', () => {
    const acknowledged = { policies: [policy({ repeat: HOUR })], incident: incident({ acknowledgedAt: NOW }) };
    const { events } = explain(situation(acknowledged));
    const reminders = events.flatMap(({ messages }) => messages.filter(({ kind }) => kind === 'reminder'));
    expect(new Set(reminders.map(({ dropped }) => dropped))).toEqual(new Set(['acknowledged']));
  });

  it('leaves maintenance of other monitors out', () => {
    const other = { ...PATCHES, for: { ...EVERY_MONITOR, monitors: ['api'] } };
    expect(explain(situation(NONE), [other, PATCHES]).maintenance).toMatchObject({
      now: null,
      next: { plan: 'patches' },
    });
    expect(explain(situation(NONE), [other]).maintenance.next).toBeNull();
  });
});
