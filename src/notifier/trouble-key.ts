import type { Message } from '../core/notify/message.ts';

/**
 * What the beginning and the end of one trouble have in common, for services that keep a list of what is open: the monitor
 * and the number of the incident, or the channel that fails. A message that is about neither has a key of its own.
 */
export function troubleKey({ kind, incident, monitor, about, id }: Message): string {
  if (incident !== null) return `longwatch:${monitor?.id ?? 'all'}:${incident}`;
  if ((kind === 'channel_failing' || kind === 'channel_working') && about !== null) return `longwatch:channel:${about}`;
  return `longwatch:message:${id}`;
}
