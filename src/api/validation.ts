/** What a schema objects to in a request, as INVALID_INPUT with every problem named. */
import type { Hook } from '@hono/zod-openapi';
import type { z } from 'zod';
import { SluiceError } from '../domain/errors';
import { problemsOf } from '../input/problems';
import type { ApiEnv } from './api-env';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the hook of every route, whatever its types
export const refuseInvalid: Hook<any, ApiEnv, any, any> = (result) => {
  if (result.success) return;
  throw new SluiceError('INVALID_INPUT', problemsOf(result.error as z.ZodError, (result as { data?: unknown }).data, () => []).join('\n'));
};
