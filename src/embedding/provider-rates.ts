/** What an embedding provider may be sent, by all workers of a deployment together; undefined: no limit is known. */
export interface ProviderRates {
  requestsPerMinute?: number;
  tokensPerMinute?: number;
}

/** Small enough that the wait for the next request is about a second: a pause, and another job's turn, come soon. */
const REQUESTS_PER_MINUTE = 60;

/** Tokens of a request within the limits; where only few requests are allowed they are so large that both limits can be used up. */
export function largestRequestTokens({ requestsPerMinute = Infinity, tokensPerMinute = Infinity }: ProviderRates): number {
  return Math.max(1, Math.floor(tokensPerMinute / Math.min(REQUESTS_PER_MINUTE, requestsPerMinute)));
}
