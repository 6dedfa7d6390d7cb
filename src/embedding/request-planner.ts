import type { RequestLimits } from './provider';

/**
 * Groups texts into requests: their order is kept, each request has at least one text and, unless that one is too long by itself,
 * stays within the limits. Whether a single text is too long is the provider's to say: its own count decides.
 */
export function planRequests<Text extends { tokens: number }>(
  texts: readonly Text[],
  limits: Pick<RequestLimits, 'maxTextsPerRequest' | 'maxTokensPerRequest'>,
): Text[][] {
  const requests: Text[][] = [];
  let request: Text[] = [];
  let tokens = 0;
  for (const text of texts) {
    if (request.length > 0 && (request.length >= limits.maxTextsPerRequest || tokens + text.tokens > limits.maxTokensPerRequest)) {
      requests.push(request);
      request = [];
      tokens = 0;
    }
    request.push(text);
    tokens += text.tokens;
  }
  if (request.length > 0) requests.push(request);
  return requests;
}
