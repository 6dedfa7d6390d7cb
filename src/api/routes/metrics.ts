/** What Prometheus scrapes. */
import { createRoute, z, type OpenAPIHono } from '@hono/zod-openapi';
import type { ApiEnv } from '../api-env';
import { PROBLEMS } from '../schemas/answers';

export interface MetricsPage {
  contentType: string;
  /** Does not reject. */
  render(): Promise<string>;
}

const metrics = createRoute({
  method: 'get',
  path: '/metrics',
  tags: ['Health'],
  operationId: 'metrics',
  summary: 'The metrics of this process and of the work at hand.',
  responses: { 200: { description: 'In the text format of Prometheus.', content: { 'text/plain': { schema: z.string() } } }, ...PROBLEMS },
});

export function registerMetrics(app: OpenAPIHono<ApiEnv>, page: MetricsPage): void {
  app.openapi(metrics, async (context) => context.text(await page.render(), 200, { 'Content-Type': page.contentType }));
}
