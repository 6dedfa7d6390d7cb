import type { OwnSource, Source } from './ingestion-input';

/** A source for people, in one line: `folder /data/handbook`. Tolerates whatever was sent as one. */
export function sourceLabel(source: Source | OwnSource): string {
  const { kind, ...fields } = source as OwnSource;
  const values = Object.values(fields).filter((value) => value !== undefined);
  if (kind === 'folder' && typeof fields.path === 'string') return `folder ${fields.path}`;
  return [kind, ...values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))].join(' ');
}
