/**
 * An embedding provider of one's own. This one needs no model: each word adds to a component that its hash chooses, so that texts with
 * words in common point the same way. A real one would ask a server.
 */
const { createHash } = require('node:crypto');

const DIMENSIONS = 128;

/** @type {import('sluice').EmbeddingProvider} */
const wordHashProvider = {
  provider: 'word-hash',
  model: 'word-hash-1',
  dimensions: DIMENSIONS,
  // The size of chunks is counted by it.
  tokenizer: 'cl100k_base',
  vectorWeight: 0.5,
  // In this process: it is not asked for limits and outages.
  isLocal: true,
  limits: { maxTextsPerRequest: 100, maxTokensPerRequest: 100_000, maxConcurrentRequests: 4 },

  // Throw a ProviderError for what goes amiss: its kind says whether the job waits, goes on without the text, or fails.
  async embed(texts) {
    return { vectors: texts.map(vectorOf), tokens: 0 };
  },
};

function vectorOf(text) {
  const vector = new Float32Array(DIMENSIONS);
  for (const word of text.toLowerCase().match(/\p{L}{3,}/gu) ?? []) {
    const hash = createHash('sha256').update(word).digest();
    vector[hash[0] % DIMENSIONS] += hash[1] % 2 === 0 ? 1 : -1;
  }
  const length = Math.hypot(...vector);
  // null: the text has no direction, and is found by its words alone.
  return length === 0 ? null : vector.map((component) => component / length);
}

module.exports = { wordHashProvider };
