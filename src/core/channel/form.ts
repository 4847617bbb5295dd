import type { z } from 'zod';
import type { ChannelBase } from './base.ts';

/** What one type of channel is: its keys, and what of it may be shown. One file each, one registry. */
export interface ChannelForm<C extends ChannelBase = ChannelBase> {
  readonly type: C['type'];
  /** The channel as a person writes it in, with every default filled in out. */
  readonly schema: z.ZodType<C>;
  /** What of its definition must not be shown. */
  readonly secrets: (channel: C) => readonly string[];
  /** Where it leads in a few words that may be shown: `mail to ops@example.com`, `hooks.slack.com`. */
  readonly target: (channel: C) => string;
}
