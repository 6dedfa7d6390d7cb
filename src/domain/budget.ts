/** What a job may pay its embedding provider; undefined: no limit. */
export interface Budget {
  maxTokens?: number;
  /** In US dollars, by the list price. */
  maxCost?: number;
}

/** What the job has paid the embedding provider so far. */
export interface Spent {
  tokens: number;
  /** In US dollars, by the list price; 0 where none is known. */
  cost: number;
}

/** Whether a limit of the budget is reached. */
export function isBudgetSpent({ maxTokens, maxCost }: Budget, spent: Spent): boolean {
  return (maxTokens !== undefined && spent.tokens >= maxTokens) || (maxCost !== undefined && spent.cost >= maxCost);
}

/** Whether there is a limit at all. */
export function isLimited({ maxTokens, maxCost }: Budget): boolean {
  return maxTokens !== undefined || maxCost !== undefined;
}

/** Tokens until the first limit of the budget is reached, rounded up. @param price US dollars per million tokens */
export function tokensLeft({ maxTokens = Infinity, maxCost = Infinity }: Budget, spent: Spent, price: number): number {
  return Math.ceil(Math.max(0, Math.min(maxTokens - spent.tokens, price === 0 ? Infinity : ((maxCost - spent.cost) / price) * 1_000_000)));
}
