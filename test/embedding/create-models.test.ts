import { createEmbeddingModels } from '../../src/embedding/create-models';
import type { EmbeddingProvider } from '../../src/embedding/provider';

const compute = { threads: 1, encode: async (texts: readonly string[]) => texts.map(() => null) };
const without = createEmbeddingModels({ compute, openai: {} });

describe('models by name', () => {
  it('are described without a key', () => {
    expect(without.describe({ provider: 'static' })).toMatchObject({ provider: 'static', model: 'static-en-256', dimensions: 256, tokenizer: 'static-en-256', vectorWeight: 0.5 });
    expect(without.describe({ provider: 'openai' })).toMatchObject({ model: 'text-embedding-3-small', dimensions: 1536, tokenizer: 'cl100k_base', vectorWeight: 1, price: 0.02 });
    expect(without.describe({ provider: 'openai', model: 'own', dimensions: 8 })).toMatchObject({ model: 'own', dimensions: 8, price: undefined });
  });

  it('need the key to embed, and name its variable', () => {
    expect(() => without.getEmbedder({ provider: 'openai' })).toThrow(expect.objectContaining({ code: 'PROVIDER_AUTH', message: expect.stringContaining('OPENAI_API_KEY') }));
  });

  it('have one embedder each', () => {
    const models = createEmbeddingModels({ compute, openai: { apiKey: 'key' } });
    const first = models.getEmbedder({ provider: 'openai' });
    expect(models.getEmbedder({ provider: 'openai', model: 'text-embedding-3-small', dimensions: 1536 })).toBe(first);
    expect(models.getEmbedder({ provider: 'openai', dimensions: 512 })).not.toBe(first);
  });

  it.each([[{ provider: 'other' }], [{ provider: 'static', model: 'other' }], [{ provider: 'static', dimensions: 128 }], [{ provider: 'openai', model: 'other' }]])(
    '%j is invalid',
    (choice) => {
      expect(() => without.describe(choice)).toThrow(expect.objectContaining({ code: 'INVALID_INPUT' }));
    },
  );

  it("of a user win over Sluice's own", () => {
    const own: EmbeddingProvider = {
      provider: 'mine', model: 'm', dimensions: 3, tokenizer: 'cl100k_base', vectorWeight: 1,
      limits: { maxTextsPerRequest: 1, maxTokensPerRequest: 1, maxConcurrentRequests: 1 },
      embed: async () => ({ vectors: [], tokens: 0 }),
    };
    const models = createEmbeddingModels({ compute, openai: {}, providers: [own] });
    expect(models.getEmbedder({ provider: 'mine' }).provider).toBe(own);
    expect(models.describe({ provider: 'mine' }).dimensions).toBe(3);
  });
});
