/** Shorter secrets are everyday words and numbers: hiding them would leave nothing of a message. */
const SHORTEST = 4;
/** A line of a secret of several lines (a key in PEM) is looked for by itself from this length on. */
const SHORTEST_LINE = 16;

/** What stands in the place of a secret, and where a text was cut. */
const HIDDEN = '…';

/**
 * Takes known secrets out of texts: as they are, as they stand in an address, a form, in JSON or HTML, and also when the
 * text was cut in the middle of one. How long it takes depends on the text alone, however many secrets there are.
 */
export class Redactor {
  /** By their first characters, longer ones first. */
  readonly #forms = new Map<string, string[]>();

  constructor(secrets: Iterable<string>) {
    for (const form of new Set([...secrets].flatMap(formsOf))) {
      const beginning = form.slice(0, SHORTEST);
      const others = this.#forms.get(beginning) ?? [];
      this.#forms.set(beginning, [...others, form]);
    }
    for (const forms of this.#forms.values()) forms.sort((one, other) => other.length - one.length);
  }

  /** The text with `…` in place of every secret. */
  readonly redact = (text: string): string => {
    if (this.#forms.size === 0) return text;
    let shown = '';
    let kept = 0;
    for (let at = 0; at + SHORTEST <= text.length;) {
      const length = this.#secretAt(text, at);
      if (length === 0) {
        at += 1;
        continue;
      }
      shown += text.slice(kept, at) + HIDDEN;
      at += length;
      // Where the text was cut there is a sign already.
      if (text[at] === HIDDEN) at += 1;
      kept = at;
    }
    return kept === 0 ? text : shown + text.slice(kept);
  };

  /** How many characters of a secret stand at a place of the text. */
  #secretAt(text: string, at: number): number {
    for (const form of this.#forms.get(text.slice(at, at + SHORTEST)) ?? []) {
      if (text.startsWith(form, at)) return form.length;
      const end = text.indexOf(HIDDEN, at + SHORTEST);
      if (end !== -1 && end - at < form.length && form.startsWith(text.slice(at, end))) return end - at;
    }
    return 0;
  }
}

/** The forms in which a secret may come back. */
function formsOf(secret: string): readonly string[] {
  // Messages are one line each: what breaks lines is a blank in them.
  const line = secret.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu, ' ').trim();
  const lines = secret.split(/[\r\n]+/).filter((part) => part.length >= SHORTEST_LINE && !part.startsWith('-----'));
  const whole = line.length < SHORTEST ? [] : [secret, line, ...addressForms(line), ...quotedForms(line)];
  return [...whole, ...(lines.length > 1 ? lines : [])].filter((form) => form.length >= SHORTEST);
}

/** As it stands in an address or a form: percent-encoded by the rules there are, in capitals or not. */
function addressForms(text: string): readonly string[] {
  const component = encodeURIComponent(text);
  const strict = component.replaceAll(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const form = new URLSearchParams({ x: text }).toString().slice(2);
  const encoded = [component, strict, form];
  return [...encoded, ...encoded.map((one) => one.replaceAll(/%../g, (escape) => escape.toLowerCase()))];
}

/** As it stands in JSON or HTML. */
function quotedForms(text: string): readonly string[] {
  const entities = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  const quotes = entities.replaceAll('"', '&quot;');
  return [
    JSON.stringify(text).slice(1, -1),
    entities,
    quotes,
    quotes.replaceAll("'", '&#39;'),
    quotes.replaceAll("'", '&#x27;'),
  ];
}
