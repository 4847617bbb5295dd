import { z } from 'zod';
import type { HttpChannelBase } from './base.ts';
import {
  accessFields,
  hostOfUrl,
  httpChannelFields,
  refuseTwoAccesses,
  secretsOfAccess,
  secretsOfReach,
  serviceUrlField,
} from './fields.ts';
import type { ChannelForm } from './form.ts';

/** An Alertmanager of Prometheus, over its API v2. */
export interface AlertmanagerChannel extends HttpChannelBase {
  readonly type: 'alertmanager';
  readonly url: string;
  readonly token: string | null;
  readonly username: string | null;
  readonly password: string | null;
  /** Labels of one's own for every alert. */
  readonly labels: Readonly<Record<string, string>>;
}

const label = z.string().regex(/^[a-zA-Z_]\w{0,99}$/, 'must be the name of a label: letters, digits and _');

const schema: z.ZodType<AlertmanagerChannel> = z
  .strictObject({
    type: z.literal('alertmanager').meta({ description: 'An Alertmanager of Prometheus (API v2).' }),
    ...httpChannelFields,
    url: serviceUrlField().meta({ description: 'The Alertmanager; its path prefix included.' }),
    ...accessFields,
    labels: z
      .record(label, z.string().max(1000))
      .default({})
      .meta({ description: 'Labels of your own for every alert.' }),
  })
  .superRefine(refuseTwoAccesses);

export const ALERTMANAGER: ChannelForm<AlertmanagerChannel> = {
  type: 'alertmanager',
  schema,
  secrets: (channel) => [...secretsOfAccess(channel), ...secretsOfReach(channel)],
  target: ({ url }) => hostOfUrl(url),
};
