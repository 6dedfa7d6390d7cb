/** Every problem as `application/problem+json` (RFC 9457) with the error's `code`. */
import { STATUS_CODES } from 'node:http';
import { HTTPException } from 'hono/http-exception';
import { ERROR_KINDS, type SluiceError } from '../domain/errors';
import { toSluiceError } from '../service/server-error';
import { HTTP_CODES, type HttpCode, type ProblemDetails } from './problem-details';

export class HttpProblem extends Error {
  override readonly name = 'HttpProblem';
  readonly hint: string;
  readonly headers: Record<string, string>;

  constructor(readonly code: HttpCode, message: string, options: { hint?: string; headers?: Record<string, string> } = {}) {
    super(message);
    this.hint = options.hint ?? HTTP_CODES[code].hint;
    this.headers = options.headers ?? {};
  }
}

/** Any error as a problem. What is unforeseen says no more than that: the log tells. */
export function problemOf(error: unknown): { details: ProblemDetails; headers: Record<string, string> } {
  if (error instanceof HttpProblem) return { details: detailsOf(HTTP_CODES[error.code].httpStatus, error), headers: error.headers };
  if (error instanceof HTTPException) return problemOfFramework(error);
  const known = ownError(error);
  const headers: Record<string, string> = known.code === 'SERVER_UNREACHABLE' ? { 'Retry-After': '1' } : {};
  return { details: detailsOf(ERROR_KINDS[known.code].httpStatus, known), headers };
}

export function problemResponse(error: unknown): Response {
  const { details, headers } = problemOf(error);
  return new Response(JSON.stringify(details), { status: details.status, headers: { ...headers, 'Content-Type': 'application/problem+json' } });
}

function ownError(error: unknown): Pick<SluiceError, 'code' | 'message' | 'hint'> {
  const known = toSluiceError(error);
  if (known === error) return known;
  // What the database refuses us is nothing that the client could correct.
  if (known.code === 'INVALID_INPUT') return { code: 'SERVER_UNREACHABLE', message: known.message, hint: known.hint };
  if (known.code === 'INTERNAL') return { code: 'INTERNAL', message: 'Something unforeseen went wrong: the log of the server tells what.', hint: known.hint };
  return known;
}

/** What hono objects to: a body that is no JSON, or of another media type. */
function problemOfFramework({ status, message }: HTTPException): ReturnType<typeof problemOf> {
  if (status === 415) return problemOf(new HttpProblem('UNSUPPORTED_MEDIA_TYPE', 'A body of this media type is not taken here.'));
  return { details: detailsOf(400, { code: 'INVALID_INPUT', message, hint: ERROR_KINDS.INVALID_INPUT.hint }), headers: {} };
}

function detailsOf(status: number, { code, message, hint }: Pick<ProblemDetails, 'code' | 'hint'> & { message: string }): ProblemDetails {
  return { type: 'about:blank', title: STATUS_CODES[status] ?? 'Error', status, detail: message, code, hint };
}
