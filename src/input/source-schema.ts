/** Schemas of the sources, one a kind. The next kind is added here; its reader, in src/sources/source-readers.ts. A user's own: createWorker. */
import { z } from 'zod';
import type { FolderSource, SourceFields } from '../domain/ingestion-input';
import { storableText } from './text-schema';

/** More patterns, or longer ones, cost time with every file. */
const MAX_PATTERNS = 200;
const MAX_PATTERN_LENGTH = 1_000;
/** Longer paths are refused by every operating system that a worker runs on. */
const MAX_PATH_LENGTH = 4_096;

const path = storableText(MAX_PATH_LENGTH)
  // The value is not repeated: it may hold a password.
  .refine((value) => !/^[a-z][a-z0-9+.-]+:\/\//i.test(value), 'must be a path, not a URL');

const pattern = storableText(MAX_PATTERN_LENGTH)
  .refine((value) => !value.startsWith('/'), 'must be relative to the folder, without a leading /')
  .refine((value) => !value.startsWith('!'), "must not begin with !: put what is to be left out into 'exclude'")
  .refine((value) => !value.split('/').includes('..'), 'must stay within the folder, without ..');

const patterns = z.array(pattern, 'must be a list of glob patterns').max(MAX_PATTERNS, `must hold at most ${MAX_PATTERNS} patterns`);

const folderSchema = z.strictObject(
  {
    kind: z.literal('folder'),
    path,
    include: patterns.min(1, 'must hold a pattern, or be left out to read every file').optional(),
    exclude: patterns.optional(),
  } satisfies Record<keyof FolderSource, z.ZodType>,
  'must be an object',
);

export const sourceSchema = z.discriminatedUnion('kind', [folderSchema], 'must be an object');

/** The kinds of source that can be ingested. */
export const SOURCE_KINDS: readonly string[] = sourceSchema.options.map((option) => option.shape.kind.value);

/** Schema of a user's own kind, as strict as those above. */
export function ownSourceSchema(kind: string, fields: SourceFields) {
  const checked = Object.entries(fields);
  const shape: Record<string, z.ZodType> = Object.fromEntries(checked.map(([name]) => [name, z.unknown().optional()]));
  // Over the whole: the check of a single field is not asked about one that is absent.
  return z.strictObject({ ...shape, kind: z.literal(kind) }, 'must be an object').superRefine((source, context) => {
    for (const [name, problemOf] of checked) {
      const message = problemWith(problemOf, (source as Record<string, unknown>)[name]);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
    }
  });
}

/** A check that throws refuses too: tried again, it would throw again. */
function problemWith(problemOf: SourceFields[string], value: unknown): string | undefined {
  try {
    return problemOf(value);
  } catch (error) {
    return `can't be checked: ${error instanceof Error ? error.message : String(error)}`;
  }
}
