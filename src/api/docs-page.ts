/** /docs: the operations of the OpenAPI document as one page of HTML, without script and without anything from elsewhere. */
import type { OpenApiDocument } from './openapi-document';

interface Operation {
  tags?: string[];
  summary?: string;
  description?: string;
  parameters?: { name: string; in: string; required?: boolean; schema?: unknown }[];
  requestBody?: { content: Record<string, { schema?: unknown }> };
  responses: Record<string, { description?: string; content?: Record<string, { schema?: unknown }> }>;
}

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h3 { margin: 2rem 0 .25rem; } h3 code { font-size: 1rem; }
pre { overflow: auto; padding: .75rem; border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: .25rem; }
dt { font-weight: 600; } dd { margin: 0 0 .5rem 1.5rem; }`;

export function docsPage(document: OpenApiDocument): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods as Record<string, Operation>).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags?.[0] ?? ''))];
  const sections = tags.map((tag) => {
    const own = operations.filter(({ operation }) => (operation.tags?.[0] ?? '') === tag);
    return `<section><h2>${escaped(tag)}</h2>${own.map(({ path, method, operation }) => operationHtml(method, path, operation)).join('')}</section>`;
  });
  const schemas = Object.entries(document.components?.schemas ?? {}).map(
    ([name, schema]) => `<h3 id="${escaped(name)}">${escaped(name)}</h3>${schemaHtml(schema)}`,
  );
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escaped(document.info.title)} API</title><style>${STYLE}</style></head>
<body><main><h1>${escaped(document.info.title)} API ${escaped(document.info.version)}</h1><p>${escaped(document.info.description ?? '')} As <a href="openapi.json">OpenAPI</a>.</p>
${sections.join('\n')}<section><h2>Schemas</h2>${schemas.join('')}</section></main></body></html>`;
}

function operationHtml(method: string, path: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: place, required, schema }) => `<dt>${escaped(name)}</dt><dd>${place}${required ? ', required' : ''}: <code>${escaped(JSON.stringify(schema ?? {}))}</code></dd>`,
  );
  const bodies = Object.entries(operation.requestBody?.content ?? {}).map(([type, { schema }]) => `<p>Body, ${escaped(type)}:</p>${schemaHtml(schema)}`);
  const answers = Object.entries(operation.responses).map(([status, { description, content }]) => {
    const schemas = Object.values(content ?? {}).map(({ schema }) => schemaHtml(schema));
    return `<dt>${escaped(status)}</dt><dd>${escaped(description ?? '')}${schemas.join('')}</dd>`;
  });
  return `<article><h3><code>${method.toUpperCase()} ${escaped(path)}</code></h3><p>${escaped(operation.summary ?? '')} ${escaped(operation.description ?? '')}</p>
${parameters.length > 0 ? `<dl>${parameters.join('')}</dl>` : ''}${bodies.join('')}<p>Answers:</p><dl>${answers.join('')}</dl></article>`;
}

function schemaHtml(schema: unknown): string {
  const [, name] = /^#\/components\/schemas\/(.+)$/.exec(String((schema as { $ref?: unknown } | undefined)?.$ref ?? '')) ?? [];
  return name ? `<p><a href="#${escaped(name)}">${escaped(name)}</a></p>` : `<pre>${escaped(JSON.stringify(schema ?? {}, null, 2))}</pre>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
