import type { EmailChannel } from '../../core/channel/email.ts';
import { toError } from '../../core/errors.ts';
import type { DeliveryAnswer } from '../../core/notify/message.ts';
import type { ChannelKind, SendDeps } from '../contract.ts';
import { plainLine } from '../escape.ts';
import { mailOf, type Mail } from '../mail.ts';
import { noAnswer } from '../http-answer.ts';

/** What of nodemailer's answer counts: which recipients the server took. */
interface Taken {
  readonly accepted: readonly unknown[];
  readonly rejected: readonly unknown[];
  readonly rejectedErrors?: readonly unknown[] | undefined;
  readonly response: string;
}

/**
 * Mail over SMTP (RFC 5321). A server that is away or says 4xx is asked again, one that says 5xx is not. The connection is
 * ours, so that the address guard stands before it; nodemailer only talks over it.
 */
export const EMAIL: ChannelKind<EmailChannel> = {
  type: 'email',
  async send(message, sending, channel, deps) {
    try {
      return judge(await submit(mailOf(message, sending, channel), channel, deps));
    } catch (thrown) {
      return judgeError(toError(thrown));
    }
  },
};

async function submit(mail: Mail, channel: EmailChannel, deps: SendDeps): Promise<Taken> {
  const { host, port, security, tls, username, password } = channel;
  // Loaded by the first mail: most installations send none, and all start the sooner.
  const { createTransport } = await import('nodemailer');
  const secured = security === 'tls';
  const connection = await deps.connect({ host, port, tls: secured ? tls : null }, deps.signal);
  const transport = createTransport({
    host,
    port,
    secure: secured,
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    tls: {
      secureContext: deps.secureContext(tls),
      rejectUnauthorized: tls.verify,
      ...(tls.server_name !== null && { servername: tls.server_name }),
    },
    // A server that offers no login to somebody who has one is not the right one.
    ...(username !== null && password !== null && { auth: { user: username, pass: password }, forceAuth: true }),
    disableFileAccess: true,
    disableUrlAccess: true,
    getSocket: (_options: unknown, callback: (error: Error | null, socket: object) => void) =>
      callback(null, { connection, secured }),
  });
  try {
    return await transport.sendMail({ ...mail, date: new Date(deps.clock.now()), xMailer: false, signal: deps.signal });
  } finally {
    transport.close();
    connection.destroy();
  }
}

function judge({ rejected, rejectedErrors = [], response }: Taken): DeliveryAnswer {
  const detail = plainLine(
    rejected.length === 0 ? response : `${response}; not taken: ${rejected.map(String).join(', ')}`,
  );
  // Who was refused only for now would never hear of it; the others know the message by its id when it comes again.
  const later = rejectedErrors.some((error) => isTemporary(replyCode(error)));
  return { outcome: later ? 'failed' : 'delivered', detail, statusCode: codeOf(response), retryAfter: null };
}

function judgeError(error: Error): DeliveryAnswer {
  const code = replyCode(error);
  const errors = 'rejectedErrors' in error && Array.isArray(error.rejectedErrors) ? error.rejectedErrors : [];
  const later = code === null || isTemporary(code) || errors.some((one) => isTemporary(replyCode(one)));
  return { ...noAnswer(error.message), outcome: later ? 'failed' : 'refused', statusCode: code };
}

function isTemporary(code: number | null): boolean {
  return code !== null && code >= 400 && code < 500;
}

function replyCode(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('responseCode' in error)) return null;
  return typeof error.responseCode === 'number' && error.responseCode >= 400 ? error.responseCode : null;
}

function codeOf(response: string): number | null {
  const code = /^\d{3}/.exec(response)?.[0];
  return code === undefined ? null : Number(code);
}
