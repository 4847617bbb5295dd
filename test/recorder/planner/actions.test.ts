import { describe, expect, it } from 'vitest';
import { aPolicy, HOUR, MINUTE, NOON, Office, said, SECOND } from './office.ts';

describe('what people do about trouble', () => {
  it('acknowledges once, with who and why', () => {
    const office = new Office();
    const incident = office.down('shop');
    const action = { do: 'acknowledge', incident, by: 'ann', note: ' on it ' } as const;
    expect(office.planner.act(action, NOON + 5)).toEqual({ changed: true, subject: incident });
    expect(office.planner.act({ ...action, by: 'bob' }, NOON + 9)).toEqual({ changed: false, subject: incident });
    expect(office.openIncident('shop')).toMatchObject({ acknowledged_at: NOON + 5, acknowledged_by: 'ann' });
    expect(office.timeline(incident)).toEqual(['acknowledged']);
    expect(JSON.parse(String(office.database.prepare('SELECT data FROM incident_events').pluck().get()))).toEqual({
      by: 'ann',
      note: 'on it',
    });
  });

  it('keeps notes, and refuses what is none', () => {
    const office = new Office();
    const incident = office.down('shop');
    office.planner.act({ do: 'note', incident, by: 'ann', text: 'the disk' }, NOON);
    expect(office.timeline(incident)).toEqual(['noted']);
    for (const text of ['  ', 'x'.repeat(3000)]) {
      const act = (): unknown => office.planner.act({ do: 'note', incident, by: 'ann', text }, NOON);
      expect(act).toThrow(expect.objectContaining({ code: 'bad_request' }));
    }
  });

  it.each(['acknowledge', 'note', 'resolve', 'silence'] as const)(
    'knows no incident to %s that is not there',
    (verb) => {
      const office = new Office();
      const action = { do: verb, incident: 7, by: 'ann', note: null, text: 'x', until: NOON + HOUR };
      expect(() => office.planner.act(action, NOON)).toThrow(
        expect.objectContaining({ code: 'not_found', message: 'there is no incident 7' }),
      );
    },
  );

  it('ends an incident by hand, which is told once', () => {
    const office = new Office();
    const incident = office.down('shop');
    office.pass(MINUTE);
    const action = { do: 'resolve', incident, by: 'ann', note: 'moved' } as const;
    expect(office.planner.act(action, office.now).changed).toBe(true);
    expect(office.planner.act(action, office.now).changed).toBe(false);
    const [message] = office.pass(MINUTE);
    expect(message).toMatchObject({ kind: 'up', incident, proof: { rule: 'by_hand' } });
    expect(office.timeline(incident).at(-2)).toBe('resolved');
    expect(office.planner.act({ do: 'acknowledge', incident, by: 'bob', note: null }, office.now).changed).toBe(false);
    expect(
      office.planner.act({ do: 'silence', incident, by: 'bob', until: office.now + HOUR }, office.now).changed,
    ).toBe(false);
  });

  it('keeps reminders of a silenced incident back, and tells its end', () => {
    const office = new Office({ policies: [aPolicy({ repeat: HOUR })] });
    const incident = office.down('shop');
    office.pass(MINUTE);
    const silence = { do: 'silence', incident, by: 'ann', until: NOON + 5 * HOUR } as const;
    expect(office.planner.act(silence, office.now).changed).toBe(true);
    expect(office.planner.act(silence, office.now).changed).toBe(false);
    expect(office.pass(4 * HOUR)).toEqual([]);
    expect(said(office.pass(3 * HOUR))).toContain('reminder shop');
    office.up('shop');
    expect(said(office.pass(MINUTE))).toEqual(['up shop']);
    expect(() => office.planner.act({ ...silence, until: NOON }, office.now)).toThrow(
      expect.objectContaining({ code: 'bad_request' }),
    );
  });

  it('tells what a silence held back as soon as it is taken back', () => {
    const office = new Office({ policies: [aPolicy({ delay: 5 * MINUTE })] });
    const incident = office.down('shop');
    office.pass(MINUTE);
    office.planner.act({ do: 'silence', incident, by: 'ann', until: NOON + 5 * HOUR }, office.now);
    expect(office.pass(HOUR)).toEqual([]);
    office.planner.act({ do: 'silence', incident, by: 'ann', until: null }, office.now);
    expect(said(office.pass(SECOND))).toEqual(['down shop']);
  });
});
