import type { JsonValue } from '../expect/json-path.ts';

/** What is sent as the body of a request. */
export type RequestBody =
  | { readonly text: string }
  | { readonly json: JsonValue }
  | { readonly form: Readonly<Record<string, string>> };

/** A body as it is sent, in UTF-8. */
export function bodyText(body: RequestBody): string {
  if ('text' in body) return body.text;
  return 'json' in body ? JSON.stringify(body.json) : new URLSearchParams(body.form).toString();
}

/** The Content-Type that goes with a body when the headers set none; `null` for plain text, of which nothing is known. */
export function bodyType(body: RequestBody): string | null {
  if ('text' in body) return null;
  return 'json' in body ? 'application/json' : 'application/x-www-form-urlencoded';
}
