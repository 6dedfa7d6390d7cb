/** What every provider promises through its port, whatever is behind it. */
import type { EmbeddingProvider } from '../../src/embedding/provider';

export function describeProvider(name: string, getProvider: () => EmbeddingProvider): void {
  const never = new AbortController().signal;

  describe(`the port, by ${name}`, () => {
    it('gives one vector of the right dimensions and length 1 for each text, in their order', async () => {
      const provider = getProvider();
      const texts = ['how to reset a password', 'the invoice is due', 'rivers of France'];
      const together = await provider.embed(texts, never);
      expect(together.vectors).toHaveLength(3);
      for (const [index, text] of texts.entries()) {
        const alone = await provider.embed([text], never);
        expect(together.vectors[index]).toEqual(alone.vectors[0]);
        expect(together.vectors[index]!).toHaveLength(provider.dimensions);
        expect(Math.hypot(...together.vectors[index]!)).toBeCloseTo(1, 4);
      }
      expect(together.vectors[0]).not.toEqual(together.vectors[1]);
      expect(together.tokens).toBeGreaterThanOrEqual(0);
    });

    it('takes as many texts as its limits say', async () => {
      const provider = getProvider();
      const texts = Array.from({ length: provider.limits.maxTextsPerRequest }, (_, index) => `text number ${index}`);
      const { vectors } = await provider.embed(texts, never);
      expect(vectors).toHaveLength(texts.length);
      expect(vectors.every((vector) => vector !== null)).toBe(true);
    });

    it('answers nothing for no texts', async () => {
      expect(await getProvider().embed([], never)).toEqual({ vectors: [], tokens: 0 });
    });

    it('does not begin when the signal is aborted, and rejects with its reason', async () => {
      const reason = new Error('cancelled');
      await expect(getProvider().embed(['a text'], AbortSignal.abort(reason))).rejects.toBe(reason);
    });

    it('has limits that let work through', () => {
      const { limits } = getProvider();
      for (const limit of Object.values(limits)) expect(limit).toBeGreaterThanOrEqual(1);
    });
  });
}
