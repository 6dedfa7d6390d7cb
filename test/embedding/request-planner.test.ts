import fc from 'fast-check';
import { planRequests } from '../../src/embedding/request-planner';

const text = fc.record({ tokens: fc.nat(50) });

it('keeps every text, in order, within the limits, and never sends fewer than it could', () => {
  fc.assert(
    fc.property(fc.array(text), fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 60 }), (texts, maxTextsPerRequest, maxTokensPerRequest) => {
      const requests = planRequests(texts, { maxTextsPerRequest, maxTokensPerRequest });
      expect(requests.flat()).toEqual(texts);
      const sum = (request: { tokens: number }[]) => request.reduce((total, { tokens }) => total + tokens, 0);
      requests.forEach((request, index) => {
        expect(request.length).toBeGreaterThan(0);
        expect(request.length).toBeLessThanOrEqual(maxTextsPerRequest);
        if (request.length > 1) expect(sum(request)).toBeLessThanOrEqual(maxTokensPerRequest);
        const next = requests[index + 1]?.[0];
        if (next && request.length < maxTextsPerRequest) expect(sum(request) + next.tokens).toBeGreaterThan(maxTokensPerRequest);
      });
    }),
  );
});
