/** The answers of an operation, for its route: success, and problem+json for whatever else there may be. */
import { z } from '@hono/zod-openapi';
import { ERROR_KINDS } from '../../domain/errors';
import { HTTP_CODES, type ProblemDetails } from '../problem-details';

const CODES = [...Object.keys(ERROR_KINDS), ...Object.keys(HTTP_CODES)] as [ProblemDetails['code']];

const problemSchema: z.ZodType<ProblemDetails> = z
  .strictObject({ type: z.string(), title: z.string(), status: z.int().min(400).max(599), detail: z.string(), code: z.enum(CODES), hint: z.string() })
  .meta({ id: 'Problem', description: 'detail: what happened and why. hint: what to do next. code is what programs match on.' });

export function json<S extends z.ZodType>(schema: S, description: string) {
  return { description, content: { 'application/json': { schema } } } as const;
}

export function jsonBody<S extends z.ZodType>(schema: S, isRequired = true) {
  return { required: isRequired, content: { 'application/json': { schema } } } as const;
}

export const PROBLEMS = {
  default: { description: 'A problem, told by its `code`.', content: { 'application/problem+json': { schema: problemSchema } } },
} as const;
