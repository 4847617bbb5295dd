import { counted } from '../core/figure-words.ts';
import type { Message } from '../core/notify/message.ts';
import { whyWords } from './cause-words.ts';
import { plainLine } from './escape.ts';
import { lengthWords, momentWords, rangeWords } from './moment-words.ts';

/** A message in two lines: what a subject says, and a sentence or three that stand alone. */
export interface Story {
  readonly title: string;
  readonly summary: string;
}

/** The kinds that tell of one monitor, one location or one channel. */
export type SingleKind = Exclude<Message['kind'], 'digest' | 'storm' | 'report' | 'test'>;

/** What a message of one event, a reminder or an escalation says. */
export function storyOf(kind: SingleKind, message: Message): Story {
  return STORIES[kind](message);
}

const STORIES: { readonly [K in SingleKind]: (message: Message) => Story } = {
  down: (message) => began(message, 'down'),
  degraded: (message) => began(message, 'degraded'),
  up: recovered,
  flapping(message) {
    const name = nameOf(message);
    return {
      title: `${name} is flapping`,
      summary: `${name} keeps changing between good and bad${because(message)} You hear of it again when it is steady.`,
    };
  },
  calm(message) {
    const name = nameOf(message);
    const now = message.status?.to ?? null;
    const title = now === null ? `${name} is steady again` : `${name} is steady again and ${stateWords(now)}`;
    return { title, summary: `${title}. It was flapping${lasted(message)}.` };
  },
  blind(message) {
    const place = placeOf(message);
    return {
      title: `${place} is cut off from the network`,
      summary: `${place} has been cut off from the network${since(message)}${because(message)} What it watches is unknown, not down.`,
    };
  },
  sighted(message) {
    const place = placeOf(message);
    return {
      title: `${place} is back on the network`,
      summary: `${place} is back on the network. It was cut off${lasted(message)}.`,
    };
  },
  maintenance_ended(message) {
    const [name, state] = [nameOf(message), troubleOf(message)];
    return {
      title: `${name} is still ${state} after maintenance`,
      summary: `Maintenance is over, but ${name} has been ${state}${since(message)}${because(message)}`,
    };
  },
  parent_recovered(message) {
    const [name, state] = [nameOf(message), troubleOf(message)];
    return {
      title: `${name} is still ${state}`,
      summary: `What ${name} depends on is up again, but ${name} has been ${state}${since(message)}${because(message)}`,
    };
  },
  channel_failing(message) {
    const channel = channelOf(message);
    return {
      title: `${channel} is not working`,
      summary: `${channel} has not taken messages${since(message)}${because(message)}`,
    };
  },
  channel_working(message) {
    const channel = channelOf(message);
    return {
      title: `${channel} works again`,
      summary: `${channel} takes messages again. It took none${lasted(message)}.`,
    };
  },
  reminder(message) {
    const [name, state] = [subjectOf(message), troubleOf(message)];
    return {
      title: `${name} is still ${state}`,
      summary: `${name} has been ${state}${soFar(message)}${because(message)} Nobody has acknowledged it yet.`,
    };
  },
  escalation(message) {
    const [name, state] = [subjectOf(message), troubleOf(message)];
    return {
      title: `${name} is ${state} and nobody has acknowledged it`,
      summary: `${name} has been ${state}${soFar(message)}${because(message)} Nobody has acknowledged it yet.`,
    };
  },
};

function began(message: Message, state: 'down' | 'degraded'): Story {
  const name = nameOf(message);
  const from = message.status?.from ?? null;
  if (state === 'degraded' && from === 'down') {
    const title = `${name} is no longer down but degraded`;
    return { title, summary: `${title}${troubleSince(message)}${because(message)}` };
  }
  if (state === 'down' && from === 'degraded') {
    const title = `${name} is down${affected(message)}`;
    return { title, summary: `${name} was degraded and is down now${troubleSince(message)}${because(message)}` };
  }
  const title = `${name} is ${state}${affected(message)}`;
  return { title, summary: `${name} has been ${state}${since(message)}${because(message)}` };
}

/** How many monitors nobody is told of by themselves while this one is down. */
function affected({ dependants }: Message): string {
  return dependants === null ? '' : `, ${counted(dependants.all, 'dependant')} affected`;
}

function recovered(message: Message): Story {
  const name = nameOf(message);
  if (message.proof?.rule === 'removed') {
    const summary = `${name} was removed or disabled, so its incident is closed. It was open${lasted(message)}.`;
    return { title: `${name} is no longer watched`, summary };
  }
  if (message.proof?.rule === 'by_hand') {
    const summary = `Somebody closed the incident of ${name} by hand. It was open${lasted(message)}.`;
    return { title: `The incident of ${name} was closed by hand`, summary };
  }
  const from = message.status?.from ?? null;
  const was = from === 'down' || from === 'degraded' ? from : 'in trouble';
  return { title: `${name} is up again`, summary: `${name} is up again. It was ${was}${lasted(message)}.` };
}

/** What the state of open trouble is called. */
function troubleOf(message: Message): string {
  if (message.proof?.rule === 'flapping') return 'flapping';
  if (message.monitor === null) return 'cut off';
  const to = message.status?.to ?? null;
  return to === 'down' || to === 'degraded' ? to : 'in trouble';
}

function stateWords(state: string): string {
  return state === 'unknown' ? 'its status is unknown' : state;
}

function nameOf(message: Message): string {
  return plainLine(message.monitor?.name ?? '', 100) || plainLine(message.monitor?.id ?? '', 100) || 'A monitor';
}

function placeOf({ about }: Message): string {
  return about === null ? 'Longwatch' : `Longwatch at ${plainLine(about, 100)}`;
}

function channelOf({ about }: Message): string {
  return about === null ? 'A channel' : `Channel ${plainLine(about, 100)}`;
}

function subjectOf(message: Message): string {
  return message.monitor === null ? placeOf(message) : nameOf(message);
}

function since(message: Message): string {
  return message.since === null ? '' : ` since ${momentWords(message.since)}`;
}

function troubleSince(message: Message): string {
  return message.since === null ? '' : `, in trouble since ${momentWords(message.since)}`;
}

/** How long it has lasted when the message was written: ` for 30 min, since …`. */
function soFar(message: Message): string {
  if (message.since === null) return '';
  return ` for ${lengthWords(message.at - message.since)}, since ${momentWords(message.since)}`;
}

/** How long it lasted: ` for 3 min, 2026-11-23 12:00:05 to 12:03:05 UTC`. */
function lasted({ since, until, at }: Message): string {
  if (since === null) return ' until now';
  const end = Math.max(since, until ?? at);
  return ` for ${lengthWords(end - since)}, ${rangeWords(since, end)}`;
}

/** The end of a sentence: why, when it is known. */
function because(message: Message): string {
  const why = whyWords(message.cause);
  return why === null ? '.' : `: ${ended(why)}`;
}

function ended(sentence: string): string {
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}
