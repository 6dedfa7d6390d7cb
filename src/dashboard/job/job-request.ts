/** What a filled-in form asks the API to start. What it holds is checked by the API, which names every problem. */
import type { StartJobRequest } from '../../client';

export interface JobForm {
  collection: string;
  path: string;
  /** Glob patterns, one a line. */
  include: string;
  exclude: string;
  provider: '' | 'static' | 'openai';
  model: string;
  dimensions: string;
  chunkTokens: string;
  maxFailures: string;
  maxTokens: string;
  verify: boolean;
  allowMassRemoval: boolean;
}

export const EMPTY_JOB_FORM: JobForm = {
  collection: '',
  path: '',
  include: '',
  exclude: '',
  provider: '',
  model: '',
  dimensions: '',
  chunkTokens: '',
  maxFailures: '',
  maxTokens: '',
  verify: false,
  allowMassRemoval: false,
};

/** What is left empty is left out: the collection's setting or the default holds. */
export function jobRequest(form: JobForm): StartJobRequest {
  const options = present({
    chunkTokens: number(form.chunkTokens),
    maxFailures: number(form.maxFailures),
    maxTokens: number(form.maxTokens),
    verify: form.verify || undefined,
    allowMassRemoval: form.allowMassRemoval || undefined,
    embedding: form.provider === '' ? undefined : present({ provider: form.provider, model: text(form.model), dimensions: number(form.dimensions) }),
  });
  return {
    collection: form.collection.trim(),
    source: { kind: 'folder', path: form.path.trim(), ...present({ include: lines(form.include), exclude: lines(form.exclude) }) },
    ...(Object.keys(options).length > 0 && { options }),
  };
}

function present<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function text(value: string): string | undefined {
  return value.trim() || undefined;
}

function number(value: string): number | undefined {
  return value.trim() === '' ? undefined : Number(value);
}

function lines(value: string): string[] | undefined {
  const all = value.split('\n').map((line) => line.trim()).filter(Boolean);
  return all.length > 0 ? all : undefined;
}
