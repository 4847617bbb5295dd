/** Text that is HTML already; everything else is escaped when it is put into a page. */
export interface Markup {
  readonly markup: string;
}

/** What can be put into a page: text, numbers, markup, lists of these; `null` and `false` leave nothing. */
export type Content = string | number | Markup | null | false | readonly Content[];

/** Makes markup of a template; what is put into it is escaped, in texts and in quoted attributes alike. */
export function html(template: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let markup = template[0] ?? '';
  for (const [index, content] of contents.entries()) markup += written(content) + (template[index + 1] ?? '');
  return { markup };
}

function written(content: Content): string {
  if (content === null || content === false) return '';
  if (typeof content === 'number') return String(content);
  if (typeof content === 'string') return escaped(content);
  return 'markup' in content ? content.markup : content.map(written).join('');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']|\p{Cc}/gu, (character) => ENTITIES[character] ?? '\u{fffd}');
}
