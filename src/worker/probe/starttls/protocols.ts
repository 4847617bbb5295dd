import type { StarttlsProtocol } from '../../../core/monitor/tcp.ts';
import { IMAP } from './imap.ts';
import { MYSQL } from './mysql.ts';
import { POP3 } from './pop3.ts';
import { POSTGRES } from './postgres.ts';
import { SMTP } from './smtp.ts';
import type { Starttls } from './starttls.ts';

/** Every protocol that can go on over TLS; one of {@link StarttlsProtocol} that is not here does not compile. */
export const STARTTLS: { readonly [protocol in StarttlsProtocol]: Starttls } = {
  smtp: SMTP,
  imap: IMAP,
  pop3: POP3,
  postgres: POSTGRES,
  mysql: MYSQL,
};
