import { z } from 'zod';
import type { TlsSettings } from '../monitor/network.ts';
import { hostField, portField, tls } from '../monitor/network-fields.ts';
import type { ChannelBase } from './base.ts';
import { channelFields, lineField, secretField } from './fields.ts';
import type { ChannelForm } from './form.ts';
import { type MailAddress, mailAddressField, mailAddressesField } from './mail-address.ts';

/** `starttls`: in the clear first, then TLS or nothing. `tls`: TLS from the first byte. `none`: never TLS. */
export const MAIL_SECURITY = ['starttls', 'tls', 'none'] as const;
export type MailSecurity = (typeof MAIL_SECURITY)[number];

/** Mail over SMTP. */
export interface EmailChannel extends ChannelBase {
  readonly type: 'email';
  readonly host: string;
  readonly port: number;
  readonly security: MailSecurity;
  readonly tls: TlsSettings;
  readonly username: string | null;
  readonly password: string | null;
  readonly from: MailAddress;
  readonly to: readonly MailAddress[];
}

const USUAL_PORT: Readonly<Record<MailSecurity, number>> = { starttls: 587, tls: 465, none: 25 };

const schema: z.ZodType<EmailChannel> = z
  .strictObject({
    type: z.literal('email').meta({ description: 'Mail over SMTP.' }),
    ...channelFields,
    host: hostField().meta({ description: 'The mail server: a name or an address.' }),
    port: portField().optional().meta({ description: 'Its port; 587 for starttls, 465 for tls, 25 for none.' }),
    security: z.enum(MAIL_SECURITY).default('starttls').meta({
      description: 'starttls goes over to TLS or does not send; tls speaks it from the first byte; none never does.',
    }),
    tls,
    username: lineField(320)
      .nullable()
      .default(null)
      .meta({ description: 'Who logs in; goes together with password.' }),
    password: secretField('The password').nullable().default(null),
    from: mailAddressField().meta({ description: 'Whom mail comes from.' }),
    to: mailAddressesField().meta({ description: 'Whom mail goes to: an address or a list.' }),
  })
  .superRefine(({ username, password, security }, context) => {
    if ((username === null) !== (password === null)) {
      const path = [username === null ? 'username' : 'password'];
      context.addIssue({ code: 'custom', path, message: 'is missing: username and password go together' });
    }
    if (password !== null && security === 'none') {
      context.addIssue({
        code: 'custom',
        path: ['security'],
        message: 'must not be none: the password would be read on the way',
      });
    }
  })
  .transform((read) => ({ ...read, port: read.port ?? USUAL_PORT[read.security] }));

export const EMAIL: ChannelForm<EmailChannel> = {
  type: 'email',
  schema,
  secrets({ username, password, tls }) {
    const key = tls.key === null ? [] : [tls.key];
    if (password === null) return key;
    // As AUTH PLAIN (RFC 4616) and AUTH LOGIN send it.
    const plain = Buffer.from(`\0${username ?? ''}\0${password}`).toString('base64');
    const login = Buffer.from(password).toString('base64');
    return [...key, password, ...[plain, login].map((text) => text.replace(/=+$/, ''))];
  },
  target: ({ to: [first, ...others] }) =>
    `mail to ${first?.address ?? 'nobody'}${others.length === 0 ? '' : ` and ${others.length} more`}`,
};
