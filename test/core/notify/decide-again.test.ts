import { describe, expect, it } from 'vitest';
import { decideAgain } from '../../../src/core/notify/decide-again.ts';
import { nextReminder } from '../../../src/core/notify/follow-ups.ts';
import type { Policy } from '../../../src/core/notify/policy.ts';
import type { Situation, WaitingRow } from '../../../src/core/notify/situation.ts';
import { DAY, event, HOUR, incident, MINUTE, NOW, policy, SECOND, situation, WEEK } from './given.ts';

const WINDOW = { plan: 'patches', name: 'Patches', start: NOW - HOUR, end: NOW + HOUR };
const QUIET = { days: WEEK, from: 720, to: 840, zone: 'UTC', except: [] };
const FROM_ONE = { days: WEEK, from: 13 * 60, to: 12 * 60, zone: 'UTC' };
const DOWN = { state: 'down', monitor: 'edge', incident: 6 } as const;
const STORM = { over: 5, within: MINUTE };

function row(changes: Partial<WaitingRow> = {}): WaitingRow {
  return { kind: 'down', channel: 'chat', policy: 'default', step: 0, why: 'gather', event: event('down'), ...changes };
}

/** `send`, `merge`, `drop resolved`, `wait +60s quiet`. */
function again(waiting: WaitingRow, changes: Partial<Situation> = {}, rules: Partial<Policy> = {}): string {
  const next = decideAgain(waiting, situation({ policies: [policy(rules)], ...changes }));
  if (next.do === 'wait') return `wait +${(next.until - NOW) / SECOND}s ${next.why}`;
  return next.do === 'drop' ? `drop ${next.why}` : next.do;
}

describe('decideAgain of a beginning', () => {
  it.each<[string, Partial<WaitingRow>, Partial<Situation>, Partial<Policy>, string]>([
    ['sends what was gathered', { why: 'gather' }, {}, { storm: STORM }, 'send'],
    ['sends what is due at once', { why: null }, {}, { storm: STORM, digest: HOUR }, 'send'],
    ['gathers after a delay', { why: 'delay' }, {}, { storm: STORM }, 'wait +0.4s gather'],
    ['gathers a digest after a delay', { why: 'delay' }, {}, { digest: HOUR }, 'wait +3600s digest'],
    ['holds after a delay that ends in quiet hours', { why: 'delay' }, {}, { quiet: QUIET }, 'wait +7200s quiet'],
    ['does not gather after quiet hours', { why: 'quiet' }, {}, { digest: HOUR, storm: STORM }, 'send'],
    [
      'holds a digest that is due in quiet hours',
      { why: 'digest' },
      {},
      { digest: HOUR, quiet: QUIET },
      'wait +7200s quiet',
    ],
    ['keeps to the delay', { why: 'parent_unsure' }, {}, { delay: MINUTE }, 'wait +60s delay'],
    ['drops what is in maintenance by now', { why: 'delay' }, { maintenance: WINDOW }, {}, 'drop maintenance'],
    ['drops what has its parent to blame by now', { why: 'parent_unsure' }, { parent: DOWN }, {}, 'drop parent_down'],
    [
      'waits on for a parent, 30 s in all',
      { why: 'parent_unsure', event: event('down', { at: NOW - 20 * SECOND }) },
      { parent: { state: 'unsure', monitor: 'edge', until: NOW + MINUTE } },
      {},
      'wait +10s parent_unsure',
    ],
    [
      'does not wait longer for a parent',
      { why: 'parent_unsure', event: event('down', { at: NOW - 30 * SECOND }) },
      { parent: { state: 'unsure', monitor: 'edge', until: NOW + MINUTE } },
      {},
      'send',
    ],
    [
      'does not wait for a parent that becomes unsure later',
      { why: 'delay' },
      { parent: { state: 'unsure', monitor: 'edge', until: NOW + MINUTE } },
      {},
      'send',
    ],
    [
      'drops a change that flapping tells',
      { why: 'delay' },
      { incident: incident({ flapping: true }) },
      {},
      'drop flapping',
    ],
    [
      'waits for the end of a silence',
      { why: 'delay' },
      { incident: incident({ silencedUntil: NOW + 1000 }) },
      {},
      'wait +1s silenced',
    ],
    ['sends outside the hours what was due within them', { why: 'delay' }, {}, { hours: FROM_ONE }, 'send'],
    ['drops what is for a channel that is gone', { channel: 'fax' }, {}, {}, 'drop channel_gone'],
    ['sends by a policy that is gone', { policy: 'gone', why: 'delay' }, {}, { delay: HOUR, quiet: QUIET }, 'send'],
    [
      'drops degraded when it is down by now',
      { kind: 'degraded', event: event('degraded'), why: 'delay' },
      {},
      {},
      'drop worse_now',
    ],
    [
      'tells degraded by a policy that is not about down',
      { kind: 'degraded', event: event('degraded'), why: 'delay' },
      {},
      { on: ['degraded', 'up'] },
      'send',
    ],
  ])('%s', (...[, changes, now, rules, expected]) => {
    expect(again(row(changes), now, rules)).toBe(expected);
  });

  const over = { incident: incident({ resolvedAt: NOW }) };

  it.each<[WaitingRow['why'], string]>([
    ['delay', 'drop over_before_told'],
    ['parent_unsure', 'drop over_before_told'],
    ['maintenance', 'drop over_before_told'],
    ['silenced', 'drop over_before_told'],
    ['gather', 'merge'],
    ['quiet', 'merge'],
    ['digest', 'merge'],
    ['rate', 'merge'],
    ['retry', 'merge'],
    [null, 'merge'],
  ])('that is over and waited for %s: %s', (why, expected) => {
    expect(again(row({ why }), over)).toBe(expected);
  });

  it('sends what is over by a policy that tells no ends', () => {
    expect(again(row(), over, { on: ['down'] })).toBe('send');
  });

  it('merges flapping that has become calm, and blindness that is over before its delay', () => {
    const flapping = row({ kind: 'flapping', event: event('flapping'), why: 'quiet' });
    expect(again(flapping, { incident: incident({ flapping: false }) })).toBe('merge');
    const blind = row({ kind: 'blind', event: event('blind'), why: 'delay' });
    expect(again(blind, { monitor: null, incident: incident({ kind: 'blind', resolvedAt: NOW }) })).toBe('merge');
  });

  it('sends what tells of several events or of none', () => {
    for (const kind of ['storm', 'digest', 'report', 'test'] as const) {
      expect(again(row({ kind, event: null, policy: null }), { incident: null }, { quiet: QUIET })).toBe('send');
    }
  });
});

describe('decideAgain of an end', () => {
  const up = row({ kind: 'up', event: event('up') });
  const over = incident({ resolvedAt: NOW });

  it.each<[string, Partial<Situation>, Partial<Policy>, string]>([
    ['is sent to who was told', { told: ['chat'] }, {}, 'send'],
    ['is dropped when its beginning was not told after all', { told: ['mail'] }, {}, 'drop not_told'],
    ['is held in quiet hours', { told: ['chat'] }, { quiet: QUIET }, 'wait +7200s quiet'],
  ])('%s', (_, changes, rules, expected) => {
    expect(again(up, { incident: over, ...changes }, rules)).toBe(expected);
  });
});

describe('decideAgain of reminders and escalations', () => {
  const silenced = { incident: incident({ silencedUntil: NOW + MINUTE }) };

  it.each<[string, Partial<Situation>, Partial<Policy>, string, string]>([
    ['are sent', {}, {}, 'send', 'send'],
    ['are dropped when it is over', { incident: incident({ resolvedAt: NOW }) }, {}, 'drop resolved', 'drop resolved'],
    ['are dropped without an incident', { incident: null }, {}, 'drop resolved', 'drop resolved'],
    [
      'are dropped when somebody acknowledged it',
      { incident: incident({ acknowledgedAt: NOW }) },
      {},
      'drop acknowledged',
      'drop acknowledged',
    ],
    ['are dropped when the parent is down', { parent: DOWN }, {}, 'drop parent_down', 'drop parent_down'],
    ['mind maintenance', { maintenance: WINDOW }, {}, 'drop maintenance', 'wait +3600s maintenance'],
    ['mind a silence', silenced, {}, 'drop silenced', 'wait +60s silenced'],
    ['mind the hours of the policy', {}, { hours: FROM_ONE }, 'drop outside_hours', 'wait +3600s outside_hours'],
    ['mind quiet hours', {}, { quiet: QUIET }, 'wait +7200s quiet', 'wait +7200s quiet'],
    ['are gathered or not', {}, { digest: HOUR }, 'wait +3600s digest', 'send'],
    ['wait for a storm', {}, { storm: STORM }, 'wait +0.4s gather', 'wait +0.4s gather'],
  ])('%s', (...[, changes, rules, reminder, escalation]) => {
    expect(again(row({ kind: 'reminder', step: 1, why: 'repeat' }), changes, rules)).toBe(reminder);
    expect(again(row({ kind: 'escalation', step: 1, why: 'escalation' }), changes, rules)).toBe(escalation);
  });

  it('do not ask for hours again that lie within quiet hours', () => {
    const waited = row({ kind: 'escalation', step: 1, why: 'quiet' });
    expect(again(waited, {}, { hours: FROM_ONE })).toBe('send');
  });
});

describe('nextReminder', () => {
  const reminder = row({ kind: 'reminder', step: 3, why: 'repeat' });

  it.each<[string, Partial<Situation>, Partial<Policy>, number | null]>([
    ['comes after the time of the policy', {}, {}, HOUR],
    ['comes after maintenance', { maintenance: { ...WINDOW, end: NOW + DAY } }, {}, DAY],
    ['comes after a silence', { incident: incident({ silencedUntil: NOW + DAY }) }, {}, DAY],
    ['comes within the hours', {}, { repeat: MINUTE, hours: FROM_ONE }, HOUR],
    ['does not come when it is over', { incident: incident({ resolvedAt: NOW }) }, {}, null],
    ['does not come when somebody acknowledged it', { incident: incident({ acknowledgedAt: NOW }) }, {}, null],
    ['does not come by a policy that does not repeat', {}, { repeat: null }, null],
    ['does not come by a policy that is gone', {}, { id: 'other' }, null],
    ['does not come to a channel that is gone', { channels: [] }, {}, null],
  ])('%s', (_, changes, rules, expected) => {
    const next = nextReminder(reminder, situation({ policies: [policy({ repeat: HOUR, ...rules })], ...changes }));
    const row = { kind: 'reminder', step: 4, channel: 'chat', policy: 'default', state: 'waiting', why: 'repeat' };
    expect(next).toEqual(expected === null ? null : { ...row, dueAt: NOW + expected });
  });
});
