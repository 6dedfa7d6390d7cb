/** Published documents, and uploads of new ones. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import { SluiceError } from '../../domain/errors';
import type { FolderSource } from '../../domain/ingestion-input';
import { collectionNameSchema } from '../../input/names';
import type { ApiEnv } from '../api-env';
import { HttpProblem } from '../http-problem';
import { json, PROBLEMS } from '../schemas/answers';
import { publishedDocumentSchema } from '../schemas/collection';
import { jobSchema } from '../schemas/job';
import { collectionParams, textSchema } from '../schemas/parameters';
import type { RouteDependencies } from './dependencies';

const tags = ['Documents'];

const getDocument = createRoute({
  method: 'get',
  path: '/v1/collections/{name}/documents',
  tags,
  operationId: 'getDocument',
  summary: 'Read the text of a published document.',
  description: 'With `source`, a locator, that of this source; without, of two sources that have the URI, the one published last.',
  request: { params: collectionParams, query: z.object({ uri: textSchema(4_096), source: textSchema(4_200).optional() }) },
  responses: { 200: json(publishedDocumentSchema, 'The document.'), ...PROBLEMS },
});

const uploadDocuments = createRoute({
  method: 'post',
  path: '/v1/collections/{name}/documents',
  tags,
  operationId: 'uploadDocuments',
  summary: 'Upload documents and start a job on them.',
  description:
    'Each file of the body is a document, its name the URI: at most 1,000 files and 1 GiB. The upload is a source of its own. With `upload`, a name, a later ' +
    'upload of the same name adds to it and replaces files of the same name.',
  request: {
    params: collectionParams,
    query: z.object({ upload: collectionNameSchema.optional() }),
    // The schema stands for itself: the body is streamed to disk, never parsed in memory.
    body: { required: true, content: { 'multipart/form-data': { schema: { type: 'object', properties: { files: { type: 'array', minItems: 1, items: { type: 'string', format: 'binary' } } }, required: ['files'], additionalProperties: false } } } },
  },
  responses: { 202: json(jobSchema, 'The job, accepted.'), ...PROBLEMS },
});

export function registerDocuments(app: OpenAPIHono<ApiEnv>, { service, uploads }: RouteDependencies): void {
  app.openapi(getDocument, async (context) => {
    return context.json(await service.show({ collection: context.req.valid('param').name, ...context.req.valid('query') }), 200);
  });
  app.openapi(uploadDocuments, async (context) => {
    if (!/^multipart\/form-data\b/i.test(context.req.header('content-type') ?? '')) throw new HttpProblem('UNSUPPORTED_MEDIA_TYPE', 'An upload is multipart/form-data.');
    const { name: collection } = context.req.valid('param');
    const { upload } = context.req.valid('query');
    const path = uploads.folderOf(collection, upload);
    const source: FolderSource = { kind: 'folder', path };
    // Before anything is received.
    const { isReady, database, temporal } = await service.readiness();
    if (!isReady) throw new SluiceError('SERVER_UNREACHABLE', `The servers do not answer: ${database.why ?? temporal.why}`);
    const refuseBesideJob = async (): Promise<void> => {
      const active = await service.findActive({ collection, source });
      if (active) throw new SluiceError('ALREADY_RUNNING', `Job ${active.jobId} is ingesting this upload.`);
    };
    await refuseBesideJob();
    const { jobId } = await uploads.receive(context.env.incoming, path, async (moveIn) => {
      // Again: another upload of the name may have arrived first.
      await refuseBesideJob();
      await moveIn();
      return service.start({ collection, source }).catch(async (error: unknown) => {
        // Nobody knows the name of a new one; one whose start was left unanswered may have a job.
        const isRefused = error instanceof SluiceError && error.code !== 'SERVER_UNREACHABLE';
        if (upload === undefined && isRefused) await uploads.deleteSource(collection, `folder:${path}`);
        throw error;
      });
    });
    return context.json(await service.status(jobId), 202);
  });
}
