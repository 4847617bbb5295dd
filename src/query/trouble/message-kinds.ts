import type { MessageKind } from '../../core/notify/message.ts';
import { EVENT_KINDS } from '../../core/trouble/event.ts';

/** Every kind of message. */
export const MESSAGE_KINDS = [
  ...EVENT_KINDS,
  'reminder',
  'escalation',
  'digest',
  'storm',
  'report',
  'test',
] as const satisfies readonly MessageKind[];
