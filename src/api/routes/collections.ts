/** Collections, their sources, and the search in them. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { embeddingSchema, jobOptionSchemas } from '../../input/job-options-schema';
import { collectionNameSchema } from '../../input/names';
import type { ApiEnv } from '../api-env';
import { json, jsonBody, PROBLEMS } from '../schemas/answers';
import { collectionSchema, searchResultSchema, sourceViewSchema } from '../schemas/collection';
import { collectionParams, textSchema } from '../schemas/parameters';
import type { RouteDependencies } from './dependencies';

const tags = ['Collections'];
const SEARCH_LIMIT = 'must be a whole number from 1 to 100';

const createCollectionBody = z
  .strictObject(
    { name: collectionNameSchema, embedding: embeddingSchema.optional(), chunkTokens: jobOptionSchemas.chunkTokens, chunkOverlap: jobOptionSchemas.chunkOverlap },
    'must be an object',
  )
  .meta({ id: 'CreateCollection' });

const searchBody = z
  .strictObject(
    { query: z.string('must be text').regex(/\S/, 'must not be empty').max(10_000, 'must have at most 10000 characters'), limit: z.int(SEARCH_LIMIT).min(1, SEARCH_LIMIT).max(100, SEARCH_LIMIT).optional() },
    'must be an object',
  )
  .meta({ id: 'Search' });

const listCollections = createRoute({
  method: 'get',
  path: '/v1/collections',
  tags,
  operationId: 'listCollections',
  summary: 'List the collections.',
  responses: { 200: json(z.strictObject({ collections: z.array(collectionSchema) }), 'All, by name.'), ...PROBLEMS },
});

const createCollection = createRoute({
  method: 'post',
  path: '/v1/collections',
  tags,
  operationId: 'createCollection',
  summary: 'Make a collection before its first job does.',
  request: { body: jsonBody(createCollectionBody) },
  responses: { 200: json(collectionSchema, 'It was there; chunk settings are now those given.'), 201: json(collectionSchema, 'Made.'), ...PROBLEMS },
});

const getCollection = createRoute({
  method: 'get',
  path: '/v1/collections/{name}',
  tags,
  operationId: 'getCollection',
  summary: 'Look at a collection.',
  request: { params: collectionParams },
  responses: { 200: json(collectionSchema, 'The collection.'), ...PROBLEMS },
});

const deleteCollection = createRoute({
  method: 'delete',
  path: '/v1/collections/{name}',
  tags,
  operationId: 'deleteCollection',
  summary: 'Delete a collection with all that was published in it. Refused while a job is active.',
  request: { params: collectionParams },
  responses: { 204: { description: 'Deleted.' }, ...PROBLEMS },
});

const listSources = createRoute({
  method: 'get',
  path: '/v1/collections/{name}/sources',
  tags,
  operationId: 'listSources',
  summary: 'List the sources of a collection.',
  request: { params: collectionParams },
  responses: { 200: json(z.strictObject({ sources: z.array(sourceViewSchema) }), 'All, by locator.'), ...PROBLEMS },
});

const removeSource = createRoute({
  method: 'delete',
  path: '/v1/collections/{name}/sources',
  tags,
  operationId: 'removeSource',
  summary: 'Remove a source with all that was published from it. Refused while a job is active on it.',
  request: { params: collectionParams, query: z.object({ locator: textSchema(4_200) }) },
  responses: { 200: json(z.strictObject({ documents: z.int().min(0) }), 'How many documents were removed.'), ...PROBLEMS },
});

const searchCollection = createRoute({
  method: 'post',
  path: '/v1/collections/{name}/search',
  tags,
  operationId: 'search',
  summary: 'Search a collection by words and by meaning.',
  request: { params: collectionParams, body: jsonBody(searchBody) },
  responses: { 200: json(z.strictObject({ results: z.array(searchResultSchema) }), 'The passages, the best first.'), ...PROBLEMS },
});

export function registerCollections(app: OpenAPIHono<ApiEnv>, { service, uploads }: RouteDependencies): void {
  app.openapi(listCollections, async (context) => context.json({ collections: await service.collections() }, 200));
  app.openapi(createCollection, async (context) => {
    const { name, ...wishes } = context.req.valid('json');
    const { collection, isNew } = await service.createCollection(name, wishes);
    return context.json(collection, isNew ? 201 : 200);
  });
  app.openapi(getCollection, async (context) => context.json(await service.collection(context.req.valid('param').name), 200));
  app.openapi(deleteCollection, async (context) => {
    const { name } = context.req.valid('param');
    await service.deleteCollection(name);
    await uploads.deleteCollection(name);
    return context.body(null, 204);
  });
  app.openapi(listSources, async (context) => context.json({ sources: await service.sources(context.req.valid('param').name) }, 200));
  app.openapi(removeSource, async (context) => {
    const { locator } = context.req.valid('query');
    const { name: collection } = context.req.valid('param');
    const removed = await service.removeSource({ collection, locator });
    await uploads.deleteSource(collection, locator);
    return context.json(removed, 200);
  });
  app.openapi(searchCollection, async (context) => {
    const results = await service.search({ collection: context.req.valid('param').name, ...context.req.valid('json') });
    return context.json({ results }, 200);
  });
}
