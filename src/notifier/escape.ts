/** Everything that ends a line or steers a device; a run of it becomes one space. */
const BREAKS = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;

/**
 * What is not seen but changes what is: direction overrides, zero-width characters, tags, fillers, lone surrogates. The
 * variation selector 16 stays: it only makes a sign an emoji.
 */
const UNSEEN = /(?!\u{fe0f})[\p{Cf}\p{Default_Ignorable_Code_Point}\p{Cs}]/gu;

/** Parts what services read as a mention (`@everyone`) without being seen. */
const PARTED_AT = '@\u{200b}';

/**
 * Text from elsewhere on one line: control characters and line ends become spaces; direction, zero-width and other unseen
 * characters are removed. Cut to `most` characters (code points), the last of which is then `…`. Never longer than that.
 */
export function plainLine(text: string, most = 300): string {
  // Cut first: what targets send may be long, and nothing removed below makes a text longer.
  const line = visible(text.slice(0, 8 * most)).trim();
  const characters = Array.from(line);
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : line;
}

/**
 * A piece of text for Slack's mrkdwn: one line, in which nothing is a mention, a link or a special word (`<!channel>`).
 * Slack has no escape for `*`, `_`, `~` and backticks: text can still be bold, which harms nobody.
 * https://docs.slack.dev/messaging/formatting-message-text (Escaping text)
 */
export function escapeSlack(text: string): string {
  return ampAndAngles(visible(text)).replaceAll('@', PARTED_AT);
}

/**
 * A piece of text for Discord and other Markdown (CommonMark 0.31, 2.4 Backslash escapes): one line without formatting,
 * links, images, HTML and mentions. A backslash does not stop `@everyone` in Discord, so each `@` is parted from its word too.
 */
export function escapeMarkdown(text: string): string {
  return visible(text)
    .replaceAll(/[\\`*_~|<>()[\]{}#+\-.!&:]/g, String.raw`\$&`)
    .replaceAll('@', PARTED_AT);
}

/** A piece of text for HTML, also within a quoted attribute: one line. */
export function escapeHtml(text: string): string {
  return ampAndAngles(visible(text)).replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

/**
 * A piece of text for Telegram's HTML, which knows four named entities: one line, without mentions.
 * https://core.telegram.org/bots/api#html-style
 */
export function escapeTelegram(text: string): string {
  return ampAndAngles(visible(text)).replaceAll('"', '&quot;').replaceAll('@', PARTED_AT);
}

/**
 * A piece of text for a service that knows no escapes, such as Google Chat: one line, in which nothing is a link or a
 * mention (`<users/all>`), because what would begin one is replaced by a sign that looks like it.
 */
export function escapeByLookalikes(text: string): string {
  return withoutMentions(text).replaceAll('<', '‹').replaceAll('>', '›').replaceAll('](', '] (');
}

/** A piece of text for where nothing is formatted but mentions may be looked for: one line, each `@` parted from its word. */
export function withoutMentions(text: string): string {
  return visible(text).replaceAll('@', PARTED_AT);
}

/** One line without unseen characters, its spaces as they were: lines of a table keep their columns. */
export function visible(text: string): string {
  return text.replaceAll(BREAKS, ' ').replaceAll(UNSEEN, '');
}

function ampAndAngles(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
