import { describe, expect, it } from 'vitest';
import { decideEvent } from '../../../src/core/notify/decide.ts';
import type { Policy } from '../../../src/core/notify/policy.ts';
import type { Decision, Situation } from '../../../src/core/notify/situation.ts';
import type { TroubleEvent } from '../../../src/core/trouble/event.ts';
import { DAY, event, HOUR, incident, MINUTE, NOW, policy, SECOND, situation, WEEK } from './given.ts';

const ALWAYS_BUT_NOW = { days: WEEK, from: 13 * 60, to: 12 * 60, zone: 'UTC' };
const NIGHT = { days: WEEK, from: 22 * 60, to: 7 * 60, zone: 'UTC' };

/** `chat now`, `chat +5m delay`, `chat dropped maintenance`, `reminder 1 chat +1h repeat`. */
function words({ kind, step, channel, state, dueAt, why }: Decision): string {
  const isFollowUp = kind === 'reminder' || kind === 'escalation';
  const when = state === 'dropped' ? 'dropped' : dueAt === NOW ? 'now' : `+${(dueAt - NOW) / SECOND}s`;
  return [...(isFollowUp ? [kind, step] : []), channel, when, ...(why === null ? [] : [why])].join(' ');
}

function decided(trouble: TroubleEvent, changes: Partial<Situation> = {}): string[] {
  return decideEvent(trouble, situation(changes)).map(words);
}

function byPolicy(changes: Partial<Policy>, trouble = event('down')): string[] {
  return decided(trouble, { policies: [policy(changes)] });
}

const WINDOW = { plan: 'patches', name: 'Patches', start: NOW - HOUR, end: NOW + HOUR };

describe('decideEvent', () => {
  it.each<[string, Partial<Policy>, string[]]>([
    ['tells at once when the policy sets nothing', {}, ['chat now']],
    ['tells each channel once', { tell: ['chat', 'mail', 'chat'] }, ['chat now', 'mail now']],
    ['tells nobody by a policy that is not about it', { on: ['degraded', 'up'] }, []],
    ['tells nobody by a policy for other monitors', { for: { monitors: ['api'], groups: [], tags: {} } }, []],
    ['tells nobody by a policy for lighter trouble', { severity: ['warning'] }, []],
    ['drops what is outside the hours', { hours: ALWAYS_BUT_NOW }, ['chat dropped outside_hours']],
    ['drops what is for a channel that is gone', { tell: ['fax'] }, ['fax dropped channel_gone']],
    ['waits for trouble to last', { delay: 5 * MINUTE }, ['chat +300s delay']],
    ['holds in quiet hours', { quiet: { ...ALWAYS_BUT_NOW, from: 720, to: 840, except: [] } }, ['chat +7200s quiet']],
    [
      'lets what is grave through quiet hours',
      { quiet: { ...NIGHT, from: 720, to: 840, except: ['critical'] } },
      ['chat now'],
    ],
    ['gathers for a digest', { digest: HOUR }, ['chat +3600s digest']],
    ['waits a moment for a storm', { storm: { over: 5, within: MINUTE } }, ['chat +0.4s gather']],
    ['counts a reminder from the telling', { repeat: HOUR }, ['chat now', 'reminder 1 chat +3600s repeat']],
    [
      'counts a reminder from the end of a delay',
      { repeat: HOUR, delay: MINUTE },
      ['chat +60s delay', 'reminder 1 chat +3660s repeat'],
    ],
    [
      'counts a reminder from the end of quiet hours',
      { repeat: HOUR, quiet: { ...NIGHT, from: 720, to: 840, except: [] } },
      ['chat +7200s quiet', 'reminder 1 chat +10800s repeat'],
    ],
    [
      'foresees each step of an escalation',
      {
        escalate: [
          { after: 15 * MINUTE, tell: ['phone'] },
          { after: HOUR, tell: ['phone', 'boss'] },
        ],
      },
      [
        'chat now',
        'escalation 1 phone +900s escalation',
        'escalation 2 phone +3600s escalation',
        'escalation 2 boss +3600s escalation',
      ],
    ],
    [
      'does not escalate before anybody is told',
      { delay: HOUR, escalate: [{ after: MINUTE, tell: ['phone'] }] },
      ['chat +3600s delay', 'escalation 1 phone +3600s escalation'],
    ],
    [
      'drops an escalation to a channel that is gone',
      { escalate: [{ after: MINUTE, tell: ['fax'] }] },
      ['chat now', 'escalation 1 fax dropped channel_gone'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(byPolicy(changes)).toEqual(expected);
  });

  it.each<[string, Partial<Situation>, string[]]>([
    ['maintenance', { maintenance: WINDOW }, ['chat dropped maintenance']],
    [
      'a parent that is down',
      { parent: { state: 'down', monitor: 'edge', incident: 6 } },
      ['chat dropped parent_down'],
    ],
    [
      'a parent that may be down',
      { parent: { state: 'unsure', monitor: 'edge', until: NOW + 10 * SECOND } },
      ['chat +10s parent_unsure', 'reminder 1 chat +3600s repeat', 'escalation 1 boss +7200s escalation'],
    ],
    [
      'a parent of which nothing is known for long',
      { parent: { state: 'unsure', monitor: 'edge', until: NOW + HOUR } },
      ['chat +30s parent_unsure', 'reminder 1 chat +3600s repeat', 'escalation 1 boss +7200s escalation'],
    ],
    ['flapping', { incident: incident({ flapping: true }) }, ['chat dropped flapping']],
    [
      'a silence',
      { incident: incident({ silencedUntil: NOW + MINUTE }) },
      ['chat +60s silenced', 'reminder 1 chat +3600s repeat', 'escalation 1 boss +7200s escalation'],
    ],
  ])('minds %s', (_, changes, expected) => {
    const policies = [policy({ repeat: HOUR, escalate: [{ after: 2 * HOUR, tell: ['boss'] }] })];
    expect(decided(event('down'), { policies, ...changes })).toEqual(expected);
  });

  it('lets the parent matter to what is down only', () => {
    const parent = { state: 'down', monitor: 'edge', incident: 6 } as const;
    expect(decided(event('degraded'), { parent, incident: incident({ kind: 'degraded' }) })).toEqual(['chat now']);
  });

  it('tells of flapping and of a change by a policy that is not about flapping', () => {
    const flapping = { incident: incident({ flapping: true }) };
    expect(decided(event('flapping'), flapping)).toEqual(['chat now']);
    expect(decided(event('down'), { ...flapping, policies: [policy({ on: ['down', 'up'] })] })).toEqual(['chat now']);
  });

  it.each<[string, Policy[], string[]]>([
    [
      'the first policy that names a channel counts',
      [policy({ id: 'one', delay: MINUTE }), policy({ id: 'two', tell: ['chat', 'mail'] })],
      ['chat +60s delay', 'mail now'],
    ],
    [
      'a policy within its hours comes before one outside of them',
      [policy({ id: 'one', hours: ALWAYS_BUT_NOW, tell: ['chat', 'mail'] }), policy({ id: 'two' })],
      ['chat now', 'mail dropped outside_hours'],
    ],
    [
      'two policies that escalate to one channel at the same moment do it once',
      ['one', 'two'].map((id) => policy({ id, escalate: [{ after: MINUTE, tell: ['boss'] }] })),
      ['chat now', 'escalation 1 boss +60s escalation'],
    ],
    [
      'a policy whose channels are told by another one still escalates',
      [policy({ id: 'one' }), policy({ id: 'two', escalate: [{ after: MINUTE, tell: ['boss'] }] })],
      ['chat now', 'escalation 1 boss +60s escalation'],
    ],
    [
      'a policy outside its hours neither repeats nor escalates',
      [policy({ hours: ALWAYS_BUT_NOW, repeat: HOUR, escalate: [{ after: MINUTE, tell: ['boss'] }] })],
      ['chat dropped outside_hours'],
    ],
  ])('of several policies: %s', (_, policies, expected) => {
    expect(decided(event('down'), { policies })).toEqual(expected);
  });
});

describe('decideEvent of an end', () => {
  const over = incident({ resolvedAt: NOW });

  it.each<[string, Partial<Situation>, string[]]>([
    ['tells who was told', { told: ['chat'] }, ['chat now']],
    ['tells each of them once', { told: ['chat', 'chat'] }, ['chat now']],
    ['drops it for who was not', { told: [] }, ['chat dropped not_told']],
    [
      'tells whom it was escalated to',
      { told: ['chat', 'boss'], policies: [policy({ escalate: [{ after: MINUTE, tell: ['boss'] }] })] },
      ['chat now', 'boss now'],
    ],
    ['ignores hours', { told: ['chat'], policies: [policy({ hours: ALWAYS_BUT_NOW })] }, ['chat now']],
    ['ignores severity', { told: ['chat'], policies: [policy({ severity: ['info'] })] }, ['chat now']],
    ['ignores maintenance', { told: ['chat'], maintenance: WINDOW }, ['chat now']],
    ['ignores parents', { told: ['chat'], parent: { state: 'down', monitor: 'edge', incident: 6 } }, ['chat now']],
    ['ignores delay', { told: ['chat'], policies: [policy({ delay: HOUR })] }, ['chat now']],
    ['is told though no policy names the channel any more', { told: ['mail'] }, ['mail now', 'chat dropped not_told']],
    ['drops it for a channel that is gone', { told: ['fax'] }, ['fax dropped channel_gone', 'chat dropped not_told']],
    ['is not told by a policy about beginnings only', { told: ['chat'], policies: [policy({ on: ['down'] })] }, []],
    [
      'is held in quiet hours',
      { told: ['chat'], policies: [policy({ quiet: { ...NIGHT, from: 720, to: 840, except: [] } })] },
      ['chat +7200s quiet'],
    ],
    [
      'is as grave as what it ends',
      { told: ['chat'], policies: [policy({ quiet: { ...NIGHT, from: 720, to: 840, except: ['critical'] } })] },
      ['chat now'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(decided(event('up', { severity: 'info' }), { incident: over, ...changes })).toEqual(expected);
  });

  it('is told by a policy on flapping of a monitor that is removed while it flaps', () => {
    const flapping = { told: ['chat'], incident: incident({ kind: 'flapping', resolvedAt: NOW }) };
    expect(decided(event('up'), { ...flapping, policies: [policy({ on: ['flapping'] })] })).toEqual(['chat now']);
  });

  it.each<['calm' | 'sighted' | 'channel_working', Policy['on'], string[]]>([
    ['calm', ['flapping'], ['chat now']],
    ['calm', ['down', 'up'], ['chat now']],
    ['calm', ['down'], []],
    ['sighted', ['blind'], ['chat now']],
    ['channel_working', ['channel'], ['chat now']],
  ])('tells %s by a policy on %j', (kind, on, expected) => {
    expect(decided(event(kind), { told: ['chat'], policies: [policy({ on })] })).toEqual(expected);
  });
});

describe('decideEvent of what is about Longwatch itself', () => {
  const general = policy({ id: 'all' });
  const narrow = policy({ id: 'shop', tell: ['mail'], for: { monitors: ['shop'], groups: [], tags: {} } });
  const ours = { monitor: null, incident: incident({ kind: 'blind', severity: 'warning' }) };

  it('tells by policies for every monitor, and by those for some when there is no other', () => {
    expect(decided(event('blind'), { ...ours, policies: [general, narrow] })).toEqual(['chat +60s delay']);
    expect(decided(event('blind'), { ...ours, policies: [narrow] })).toEqual(['mail +60s delay']);
    const silent = policy({ ...general, on: ['down'] });
    expect(decided(event('blind'), { ...ours, policies: [silent, narrow] })).toEqual(['mail +60s delay']);
  });

  it('tells through other channels that a channel fails, at once and without reminders', () => {
    const policies = [policy({ tell: ['chat', 'mail'], delay: HOUR, repeat: HOUR })];
    const failing = event('channel_failing', { channel: 'chat' });
    expect(decided(failing, { monitor: null, incident: null, policies })).toEqual([
      'chat dropped about_itself',
      'mail now',
    ]);
  });
});

describe('decideEvent of trouble that goes on', () => {
  it('tells of it after maintenance, and after its parent came back, to who did not know', () => {
    const policies = [policy({ tell: ['chat', 'mail'], repeat: HOUR })];
    const since = {
      policies,
      told: ['chat', 'mail'],
      toldDown: ['chat'],
      incident: incident({ openedAt: NOW - HOUR }),
    };
    const reminders = ['reminder 1 chat +3600s repeat', 'reminder 1 mail +3600s repeat'];
    for (const kind of ['maintenance_ended', 'parent_recovered'] as const) {
      expect(decided(event(kind), since)).toEqual(['chat dropped told_already', 'mail now', ...reminders]);
    }
  });

  it('counts a delay from when it was confirmed', () => {
    const policies = [policy({ delay: 10 * MINUTE })];
    const since = { policies, incident: incident({ openedAt: NOW - 4 * MINUTE }) };
    expect(decided(event('maintenance_ended'), since)).toEqual(['chat +360s delay']);
    const longer = { policies, incident: incident({ openedAt: NOW - HOUR }) };
    expect(decided(event('maintenance_ended'), longer)).toEqual(['chat now']);
  });

  it('tells of it however late, but not of what was over a day ago', () => {
    const old = event('down', { at: NOW - 2 * DAY });
    expect(decided(old)).toEqual(['chat now']);
    expect(decided(old, { incident: incident({ resolvedAt: NOW - DAY }) })).toEqual(['chat dropped too_old']);
  });
});
