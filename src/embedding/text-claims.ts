/** What became of a text that a batch had claimed. released: nothing; whoever needs it must send it. */
export type ClaimOutcome = { kind: 'stored' } | { kind: 'refused'; message: string } | { kind: 'released' };

interface Claim {
  settled: Promise<ClaimOutcome>;
  settle(outcome: ClaimOutcome): void;
}

/**
 * How long a stored text is remembered: longer than it takes a batch from looking into the database to claiming what it did not
 * find there, and shorter than anybody takes to delete the row.
 */
const REMEMBERED_MS = 60_000;

/** Which batch of this worker has which text embedded, so that no two have the same one embedded and paid for. Texts are known by their hash. */
export class TextClaims {
  readonly #claims = new Map<string, Claim>();
  /** Hash → when it was stored, oldest first. */
  readonly #stored = new Map<string, number>();

  wasJustStored(hash: string): boolean {
    this.#forget();
    return this.#stored.has(hash);
  }

  /** The claim of another batch, settled later; undefined when there is none. */
  find(hash: string): Promise<ClaimOutcome> | undefined {
    return this.#claims.get(hash)?.settled;
  }

  claim(hash: string): void {
    let settle!: Claim['settle'];
    const settled = new Promise<ClaimOutcome>((resolve) => (settle = resolve));
    this.#claims.set(hash, { settled, settle });
  }

  settle(hash: string, outcome: ClaimOutcome): void {
    const claim = this.#claims.get(hash);
    this.#claims.delete(hash);
    if (outcome.kind === 'stored') this.#stored.set(hash, performance.now());
    claim?.settle(outcome);
  }

  #forget(): void {
    const oldest = performance.now() - REMEMBERED_MS;
    for (const [hash, storedAt] of this.#stored) {
      if (storedAt > oldest) return;
      this.#stored.delete(hash);
    }
  }
}
