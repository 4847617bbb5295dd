import { formatDuration } from '../duration.ts';
import { harmless, roughly } from '../figure-words.ts';
import { formatMoment } from '../time-window.ts';
import type { Mismatch } from './claims.ts';
import type { ExplainAnswer, ExplainedEvent, ExplainedLimits, ExplainedMessage, SampleKind } from './explain-answer.ts';
import { reasonSentence } from './reason-sentence.ts';

const TITLES: Readonly<Record<SampleKind, string>> = {
  down: 'If it goes down now',
  degraded: 'If it becomes degraded now',
  up: 'If it is up again now',
  flapping: 'If it begins to flap now',
};

/** Why a policy adds nothing, and why several do. */
const MISMATCH_WORDS: Readonly<Record<Mismatch, readonly [one: string, many: string]>> = {
  topic: ['it is not about this (key on)', 'they are not about this (key on)'],
  monitor: ['it is not for this monitor (key for)', 'they are not for this monitor (key for)'],
  severity: [
    'it is not about trouble this grave or slight (key severity)',
    'they are not about trouble this grave or slight (key severity)',
  ],
  hours: ['now is outside its hours (key hours)', 'now is outside their hours (key hours)'],
};
const TOLD_ALREADY = [
  'its channels are told by other policies, or were not told',
  'their channels are told by other policies, or were not told',
] as const;

/** An explanation in plain words, one line after the other, for a terminal. Times are in UTC. */
export function explainLines(answer: ExplainAnswer): string[] {
  const { monitor, at, events, limits } = answer;
  return [
    `${monitor ?? 'Longwatch itself'}, as of ${clock(at)}`,
    ...parentLines(answer),
    ...maintenanceLines(answer),
    ...incidentLines(answer),
    ...events.flatMap((event) => eventLines(event, at)),
    ...limitLines(limits),
  ];
}

function parentLines({ monitor, dependsOn, parent }: ExplainAnswer): string[] {
  if (dependsOn.length === 0) return [];
  const on = `  depends on ${dependsOn.join(', ')}`;
  const silenced = `while it is, nobody is told that ${monitor ?? 'this'} is`;
  if (parent.state === 'up') return [`${on}: nothing of that is down; ${silenced}`];
  if (parent.state === 'down') return [`${on}: ${parent.monitor} is down (incident #${parent.incident})`];
  return [`${on}: whether ${parent.monitor} is up is not known yet`];
}

function maintenanceLines({ maintenance: { now, next } }: ExplainAnswer): string[] {
  const current =
    now === null ? '  no maintenance now' : `  in maintenance until ${clock(now.end)}: ${harmless(now.name)}`;
  if (next === null) return [current];
  return [current, `  next maintenance ${clock(next.start)} to ${clock(next.end)}: ${harmless(next.name)}`];
}

function incidentLines({ at, incident }: ExplainAnswer): string[] {
  if (incident === null) return [];
  const { number, kind, openedAt, acknowledgedAt, silencedUntil } = incident;
  const more = [
    ...(acknowledgedAt === null ? [] : ['acknowledged']),
    ...(silencedUntil === null || silencedUntil <= at ? [] : [`silenced until ${clock(silencedUntil)}`]),
  ];
  return [`  incident #${number} (${kind}) is open since ${[clock(openedAt), ...more].join(', ')}`];
}

function eventLines({ kind, severity, messages, policies }: ExplainedEvent, now: number): string[] {
  const width = Math.max(0, ...messages.map(({ channel }) => channel.length));
  const silent = policies.filter(({ policy }) => !messages.some((message) => message.policy === policy));
  const lines = messages.map((message) => `  ${message.channel.padEnd(width)}  ${messageWords(message, now)}`);
  const isSent = messages.some(({ at }) => at !== null);
  const none = isSent ? [] : ['  nobody is told'];
  return ['', `${TITLES[kind]} (${severity}):`, ...none, ...lines, ...silentLines(silent)];
}

/** Policies that say nothing for the same reason share a line: of many policies most are for other monitors. */
function silentLines(policies: ExplainedEvent['policies']): string[] {
  return [...new Set(policies.map(({ mismatch }) => mismatch))].map((why) => {
    const ids = policies.filter(({ mismatch }) => mismatch === why).map(({ policy }) => policy);
    const [one, many] = why === null ? TOLD_ALREADY : MISMATCH_WORDS[why];
    return ids.length === 1
      ? `  policy ${ids.join()} adds nothing: ${one}`
      : `  policies ${ids.join(', ')} add nothing: ${many}`;
  });
}

function messageWords(message: ExplainedMessage, now: number): string {
  const { at, dropped, policy, waits } = message;
  const by = policy === null ? 'no policy names it any more' : `policy ${policy}`;
  const what = `${purpose(message)}${by}`;
  if (dropped !== null) return `not told (${what}). ${reasonSentence(dropped, 'dropped')}`;
  const told = waits.filter(({ why, until }) => why !== 'gather' && until > now);
  const sentences = [...new Set(told.map(({ why }) => reasonSentence(why, 'waiting')))];
  return [`${when(at ?? now, now)} (${what}).`, ...sentences].join(' ');
}

function purpose({ kind, step }: ExplainedMessage): string {
  return kind === 'reminder' || kind === 'escalation' ? `${kind} ${step}, ` : '';
}

/** Less than a second is what messages wait for others. */
function when(at: number, now: number): string {
  if (at - now < 1000) return 'at once';
  return `in ${roughly((at - now) / 1000)}, ${clock(at)}`;
}

function limitLines(limits: readonly ExplainedLimits[]): string[] {
  const lines = limits.flatMap(({ id, repeat, storm, maxRate }) => [
    ...(repeat === null
      ? []
      : [`  policy ${id}: reminders go on every ${formatDuration(repeat)} while it lasts and nobody acknowledges it`]),
    ...(storm === null
      ? []
      : [
          `  policy ${id}: more than ${storm.over} messages to a channel within ${formatDuration(storm.within)} become one`,
        ]),
    ...(maxRate === null
      ? []
      : [
          `  policy ${id}: at most ${maxRate.messages} messages to a channel within ${formatDuration(maxRate.within)}; the others wait`,
        ]),
  ]);
  return lines.length === 0 ? [] : ['', 'In any case:', ...lines];
}

/** `2026-11-23 12:00:05 UTC`. */
function clock(moment: number): string {
  return `${formatMoment(moment).slice(0, 19).replace('T', ' ')} UTC`;
}
