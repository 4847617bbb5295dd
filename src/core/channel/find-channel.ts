import { closest } from '../closest.ts';
import { AppError } from '../errors.ts';
import type { Channel } from './channel.ts';

/** The channel with an id. Throws `not_found`. */
export function channelNamed(id: string, channels: readonly Channel[]): Channel {
  const channel = channels.find((one) => one.id === id);
  if (channel !== undefined) return channel;
  const ids = channels.map((one) => one.id);
  const meant = closest(id, ids);
  if (meant !== undefined) throw noChannel(id, `Did you mean "${meant}"?`);
  throw noChannel(
    id,
    ids.length === 0 ? 'The configuration has none: see docs/channels.md.' : `There are: ${ids.join(', ')}.`,
  );
}

function noChannel(id: string, hint: string): AppError {
  return new AppError('not_found', `there is no channel "${id}"`, { hint });
}
