import { z } from 'zod';
import { judged } from '../monitor/fields.ts';
import type { HttpChannelBase } from './base.ts';
import {
  accessFields,
  hostOfUrl,
  httpChannelFields,
  refuseTwoAccesses,
  secretName,
  secretsOfAccess,
  secretsOfReach,
  serviceUrlField,
} from './fields.ts';
import type { ChannelForm } from './form.ts';

/** A topic of ntfy. */
export interface NtfyChannel extends HttpChannelBase {
  readonly type: 'ntfy';
  readonly url: string;
  readonly topic: string;
  readonly token: string | null;
  readonly username: string | null;
  readonly password: string | null;
}

const TOPIC = /^[\w-]{1,64}$/;

const schema: z.ZodType<NtfyChannel> = z
  .strictObject({
    type: z.literal('ntfy').meta({ description: 'A topic of ntfy.' }),
    ...httpChannelFields,
    url: serviceUrlField().prefault('https://ntfy.sh').meta({ description: 'The server, when it is one of your own.' }),
    topic: z
      .string()
      .check(judged((text: string) => (TOPIC.test(text) ? undefined : 'must be 1 to 64 letters, digits, "-" and "_"')))
      .meta({ description: 'The topic. On ntfy.sh whoever knows it can read it: make it hard to guess.' }),
    ...accessFields,
  })
  .superRefine(refuseTwoAccesses);

export const NTFY: ChannelForm<NtfyChannel> = {
  type: 'ntfy',
  schema,
  // A topic is as good as a password where everybody may read.
  secrets: (channel) => [...secretName(channel.topic), ...secretsOfAccess(channel), ...secretsOfReach(channel)],
  target: ({ url }) => hostOfUrl(url),
};
