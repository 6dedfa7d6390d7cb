import { Embedder } from '../../src/embedding/embedder';
import { createOpenAiProvider } from '../../src/embedding/openai/openai-provider';
import { batch, textsOf } from './embedder-bench';
import { startEmbeddingsServer, type Fault } from './embeddings-server';

describe('Embedder, with a real server', () => {
  it('finds the one text that a real server refuses, among many that it embeds', async () => {
    const server = await startEmbeddingsServer({ dimensions: 8, refuseContaining: 'POISON' });
    try {
      const embedder = new Embedder(createOpenAiProvider({ apiKey: 'k', baseUrl: server.url, model: 'local', dimensions: 8 }));
      const names = Array.from({ length: 600 }, (_, index) => (index === 300 ? 'POISON' : `text ${index}`));
      const [one, two] = [batch(), batch()];
      const both = [embedder.embedAll(textsOf(...names), one.options), embedder.embedAll(textsOf('POISON', 'text 7'), two.options)];
      expect(await Promise.all(both)).toEqual([{ finished: true }, { finished: true }]);
      expect([one.refused, two.refused]).toEqual([['#POISON'], ['#POISON']]);
      expect(one.stored).toHaveLength(599);
      expect(server.stats()).toMatchObject({ paidTexts: 599, distinctTexts: 599 });
    } finally {
      await server.close();
    }
  });

  it.each<Fault>([{ kind: 'status', status: 500 }, { kind: 'reset' }, { kind: 'nan' }])('finds the one text on which a server fails (%j), though nothing says that it is the text', async (fault) => {
    const server = await startEmbeddingsServer({ dimensions: 8, failContaining: { text: 'POISON', fault } });
    try {
      const embedder = new Embedder(createOpenAiProvider({ apiKey: 'k', baseUrl: server.url, model: 'local', dimensions: 8 }));
      const one = batch();
      const names = Array.from({ length: 100 }, (_, index) => (index === 30 ? 'POISON' : `text ${index}`));
      expect(await embedder.embedAll(textsOf(...names), one.options)).toEqual({ finished: true });
      expect([one.refused, one.stored.length]).toEqual([['#POISON'], 99]);
      expect(names.filter((name) => name !== 'POISON' && fault.kind !== 'nan' && server.paid.get(name) !== 1)).toEqual([]);
      // 1 whole twice, 7 halvings, and the text alone until it is sure; half of them go through.
      expect(server.stats().requests).toBeLessThanOrEqual(2 + 2 * 7 + 6);
    } finally {
      await server.close();
    }
  });

  it('gets through a server with small batches and a few outages, paying for each text once', async () => {
    const server = await startEmbeddingsServer({ dimensions: 8, maxTexts: 32, faults: [{ kind: 'status', status: 500 }, { kind: 'reset' }, { kind: 'status', status: 429 }] });
    try {
      const embedder = new Embedder(createOpenAiProvider({ apiKey: 'k', baseUrl: server.url, model: 'local', dimensions: 8 }));
      const one = batch();
      expect(await embedder.embedAll(textsOf(...Array.from({ length: 500 }, (_, index) => `text ${index}`)), one.options)).toEqual({ finished: true });
      expect(new Set(one.stored).size).toBe(500);
      expect(server.behaviour.faults).toEqual([]);
      expect(server.stats()).toMatchObject({ paidTexts: 500, distinctTexts: 500 });
      expect(server.stats().maxConcurrent).toBeLessThanOrEqual(4);
    } finally {
      await server.close();
    }
  });

  it('counts tokens by our own count when the provider does not say', async () => {
    const server = await startEmbeddingsServer({ dimensions: 8, sendsUsage: false });
    try {
      const one = batch();
      await new Embedder(createOpenAiProvider({ apiKey: 'k', baseUrl: server.url, model: 'local', dimensions: 8 })).embedAll(textsOf('a', 'b', 'c'), one.options);
      expect(one.tokens()).toBe(3);
    } finally {
      await server.close();
    }
  });
});
