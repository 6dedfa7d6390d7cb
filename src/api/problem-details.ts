/** What a problem says, and the codes that only HTTP knows. Nothing here needs a server: clients and browsers read it too. */
import type { ErrorCode } from '../domain/errors';

/** Beside the codes of ERROR_KINDS: they end a request, never a job. */
export const HTTP_CODES = {
  UNAUTHENTICATED: { httpStatus: 401, hint: 'Send an API key: `Authorization: Bearer …`.' },
  FORBIDDEN: { httpStatus: 403, hint: 'See docs/api.md, Access.' },
  NOT_FOUND: { httpStatus: 404, hint: 'See /openapi.json for what there is.' },
  METHOD_NOT_ALLOWED: { httpStatus: 405, hint: 'See the Allow header.' },
  PAYLOAD_TOO_LARGE: { httpStatus: 413, hint: 'Send less at once.' },
  UNSUPPORTED_MEDIA_TYPE: { httpStatus: 415, hint: 'Send application/json, or multipart/form-data to upload documents.' },
  HEADERS_TOO_LARGE: { httpStatus: 431, hint: 'Send a shorter address and fewer headers.' },
  TOO_MANY_REQUESTS: { httpStatus: 429, hint: 'Wait for as long as the Retry-After header says.' },
} as const satisfies Record<string, { httpStatus: number; hint: string }>;

export type HttpCode = keyof typeof HTTP_CODES;

/** The body of an answer that is no success. */
export interface ProblemDetails {
  type: string;
  title: string;
  status: number;
  /** What happened and why. */
  detail: string;
  code: ErrorCode | HttpCode;
  /** What to do next. */
  hint: string;
}
