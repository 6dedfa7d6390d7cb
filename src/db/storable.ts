/** Text as Postgres can keep it. What clients send may hold NUL characters and lone surrogates: it is refused, but the job that says so is stored. */

export function storableText(text: string): string {
  return text.replaceAll('\0', '\ufffd').toWellFormed();
}

/** JSON for a jsonb column. */
export function storableJson(value: unknown): string {
  // Escapes one by one, for the backslash before u0000 may be an escaped one. Surrogates are escaped only when they are alone.
  return JSON.stringify(value ?? null).replace(/\\(u0000|ud[89a-f][0-9a-f]{2}|.)/g, (escape, name: string) => (/^u(0000|d)/.test(name) ? '\\ufffd' : escape));
}
