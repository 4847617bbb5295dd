import { z } from 'zod';
import type { Milliseconds } from '../duration.ts';
import { durationField, judged } from '../monitor/fields.ts';
import { isSecretName } from '../monitor/secrets.ts';
import type { ChannelBase } from './base.ts';
import { channelFields } from './fields.ts';
import type { ChannelForm } from './form.ts';

/** A program of the machine, without a shell. */
export interface ExecChannel extends ChannelBase {
  readonly type: 'exec';
  /** The program and its arguments. */
  readonly command: readonly string[];
  readonly timeout: Milliseconds;
  readonly environment: Readonly<Record<string, string>>;
}

const argument = z
  .string()
  .max(8192)
  .check(judged((text: string) => (text.includes('\0') ? 'must not contain a zero character' : undefined)));

const variable = z.string().check(
  judged((name: string) => {
    if (!/^[A-Za-z_]\w{0,99}$/.test(name)) return 'must be the name of a variable: letters, digits and _';
    return name.startsWith('LONGWATCH_')
      ? 'must not begin with LONGWATCH_: those say what the message says'
      : undefined;
  }),
);

const schema: z.ZodType<ExecChannel> = z.strictObject({
  type: z.literal('exec').meta({ description: 'A program on this machine; only with notifications.exec: true.' }),
  ...channelFields,
  command: z
    .array(argument)
    .min(1)
    .max(100)
    .check(judged((list: string[]) => (list[0] === '' ? 'must begin with the name of a program' : undefined)))
    .meta({
      description: 'The program and its arguments, as a list; no shell reads it.',
      examples: [['/usr/local/bin/page', '--loud']],
    }),
  timeout: durationField(100, 14_000).prefault('10s').meta({
    description: 'How long it may run, from 100ms to 14s; then it is killed.',
  }),
  environment: z.record(variable, argument).default({}).meta({
    description: 'Variables for the program besides LONGWATCH_… and PATH; it gets no others.',
  }),
});

export const EXEC: ChannelForm<ExecChannel> = {
  type: 'exec',
  schema,
  secrets: ({ environment }) =>
    Object.entries(environment)
      .filter(([name]) => isSecretName(name))
      .map(([, value]) => value),
  target: ({ command: [program = ''] }) => program,
};
