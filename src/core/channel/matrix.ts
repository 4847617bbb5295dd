import { z } from 'zod';
import { judged } from '../monitor/fields.ts';
import type { HttpChannelBase } from './base.ts';
import { httpChannelFields, secretField, secretsOfReach, serviceUrlField } from './fields.ts';
import type { ChannelForm } from './form.ts';

/** A room of Matrix. */
export interface MatrixChannel extends HttpChannelBase {
  readonly type: 'matrix';
  readonly url: string;
  readonly token: string;
  readonly room: string;
}

const ROOM = /^![^\s/]{1,254}$/;

const schema: z.ZodType<MatrixChannel> = z.strictObject({
  type: z.literal('matrix').meta({ description: 'A room of Matrix, without encryption.' }),
  ...httpChannelFields,
  url: serviceUrlField().meta({ description: 'The homeserver of the account.' }),
  token: secretField('The access token of the account'),
  room: z
    .string()
    .check(
      judged((text: string) =>
        ROOM.test(text) ? undefined : 'must be the internal id of a room, as !abc:example.com',
      ),
    )
    .meta({ description: 'The internal id of the room, which begins with an exclamation mark.' }),
});

export const MATRIX: ChannelForm<MatrixChannel> = {
  type: 'matrix',
  schema,
  secrets: (channel) => [channel.token, ...secretsOfReach(channel)],
  target: ({ room }) => `Matrix room ${room}`,
};
