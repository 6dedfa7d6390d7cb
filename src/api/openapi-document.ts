/** The OpenAPI 3.1 document, from the schemas that validate. */
import type { OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from './api-env';

export type OpenApiDocument = ReturnType<OpenAPIHono['getOpenAPI31Document']>;

/** @param hasKeys whether requests need an API key */
export function openApiDocument(app: OpenAPIHono<ApiEnv>, version: string, hasKeys: boolean): OpenApiDocument {
  if (hasKeys) app.openAPIRegistry.registerComponent('securitySchemes', 'apiKey', { type: 'http', scheme: 'bearer' });
  return app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Sluice',
      version,
      description: 'Durable document ingestion for retrieval. What goes wrong is answered as application/problem+json with a `code`.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    servers: [{ url: '/' }],
    ...(hasKeys && { security: [{ apiKey: [] }] }),
  });
}
