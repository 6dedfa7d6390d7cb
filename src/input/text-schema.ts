/** Text as every part of Sluice can keep it: Postgres stores neither NUL characters nor lone surrogates. */
import { z } from 'zod';

export function storableText(maxLength: number): z.ZodString {
  return z
    .string('must be text')
    .min(1, 'must not be empty')
    .max(maxLength, `must have at most ${maxLength} characters`)
    .refine((value) => !value.includes('\0') && !/\p{Surrogate}/u.test(value), 'must be well-formed Unicode without NUL characters');
}
