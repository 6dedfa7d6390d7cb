import { createSluiceClient } from '../../src/client';

test.each([
  ['http://127.0.0.1:7070', 'http://127.0.0.1:7070/v1/collections/a/documents?uri=b'],
  ['http://127.0.0.1:7070/', 'http://127.0.0.1:7070/v1/collections/a/documents?uri=b'],
  ['https://tools.example/sluice', 'https://tools.example/sluice/v1/collections/a/documents?uri=b'],
  ['https://tools.example/sluice/', 'https://tools.example/sluice/v1/collections/a/documents?uri=b'],
])('the requests of a client of %s go below it', async (baseUrl, address) => {
  const asked: string[] = [];
  const client = createSluiceClient({
    baseUrl,
    fetch: async (url) => {
      asked.push(String(url));
      return Response.json({});
    },
  });
  await client.getDocument('a', 'b');
  expect(asked).toEqual([address]);
});
