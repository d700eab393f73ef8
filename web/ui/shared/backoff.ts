/** Exponential backoff with full jitter: waits are spread over the whole span. */
export function backoff(attempt: number, random: () => number = Math.random): number {
  return random() * Math.min(30_000, 500 * 2 ** attempt);
}
