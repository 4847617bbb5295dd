import { formatMoment } from '../../core/time-window.ts';
import type { Database } from '../../db/native.ts';
import type { ChannelStateRow } from '../../db/trouble-schema.ts';
import { inSnapshot } from '../snapshot.ts';
import { notifySettingsOf } from './notify-settings.ts';

/** A channel, and how it fares. Times are RFC 3339. */
export interface ChannelAnswer {
  readonly id: string;
  readonly type: string;
  /** `resting`: it failed so often that nothing is sent before `rests_until`. `unused`: nothing was ever sent to it. */
  readonly state: 'working' | 'failing' | 'resting' | 'unused';
  /** The policies that tell it something. */
  readonly policies: string[];
  /** Failures in a row. */
  readonly failures: number;
  readonly failing_since: string | null;
  readonly rests_until: string | null;
  readonly last_delivered_at: string | null;
  readonly last_error: string | null;
  /** Messages that wait or are about to be sent, and those that were given up. */
  readonly waiting: number;
  readonly dead: number;
}

/** The channels that are configured, in the order of the file. */
export interface ChannelsAnswer {
  readonly channels: ChannelAnswer[];
}

/** How do the channels fare? `now`: ms since the epoch. */
export function askChannels(database: Database, { now }: { readonly now: number }): ChannelsAnswer {
  return inSnapshot(database, () => {
    const { channels, policies } = notifySettingsOf(database);
    const stateOf = database.prepare<[string], ChannelStateRow>('SELECT * FROM channel_states WHERE channel = ?');
    const count = database
      .prepare<[string, string], number>(
        `SELECT count(*) FROM notifications WHERE channel = ? AND state IN (SELECT value FROM json_each(?))`,
      )
      .pluck();
    const newest = database
      .prepare<[string], number>(
        `SELECT delivered_at FROM notifications WHERE channel = ? AND state = 'delivered'
         ORDER BY created_at DESC LIMIT 1`,
      )
      .pluck();
    return {
      channels: channels.map(({ id, type }): ChannelAnswer => {
        const row = stateOf.get(id);
        const delivered = Math.max(row?.last_delivered_at ?? 0, newest.get(id) ?? 0);
        const failures = row?.failures ?? 0;
        const rests = row?.open_until ?? 0;
        return {
          id,
          type,
          state: rests > now ? 'resting' : failures > 0 ? 'failing' : delivered > 0 ? 'working' : 'unused',
          policies: policies
            .filter(({ tell, escalate }) => [tell, ...escalate.map((step) => step.tell)].flat().includes(id))
            .map((policy) => policy.id),
          failures,
          failing_since: failures === 0 ? null : momentOf(row?.failing_since),
          rests_until: rests > now ? momentOf(rests) : null,
          last_delivered_at: delivered === 0 ? null : momentOf(delivered),
          last_error: row?.last_error ?? null,
          waiting: count.get(id, '["waiting","ready"]') ?? 0,
          dead: count.get(id, '["dead"]') ?? 0,
        };
      }),
    };
  });
}

function momentOf(time: number | null | undefined): string | null {
  return time === null || time === undefined ? null : formatMoment(time);
}
