/** Text that is HTML already; everything else is escaped when it is put into a page. */
export interface Markup {
  readonly markup: string;
}

/** What can be put into a page: text, numbers, markup, lists of these; `null` and `false` leave nothing. */
export type Content = string | number | Markup | null | false | readonly Content[];

/** Makes markup of a template; what is put into it is escaped, in texts and in quoted attributes alike. */
export function html(template: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  const texts = withoutIndents(template);
  let markup = texts[0] ?? '';
  for (const [index, content] of contents.entries()) markup += written(content) + (texts[index + 1] ?? '');
  return { markup };
}

const known = new WeakMap<TemplateStringsArray, readonly string[]>();

/** The indents of the source would be a third of a long page. */
function withoutIndents(template: TemplateStringsArray): readonly string[] {
  const made = known.get(template);
  if (made !== undefined) return made;
  const texts = template.map((text) => text.replaceAll(/\s*\n\s*/g, '\n'));
  known.set(template, texts);
  return texts;
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
