import { collectDefaultMetrics, Registry } from 'prom-client';
import { parse } from 'yaml';
import { createStateMetrics } from '../../src/metrics/state-metrics';
import { createWorkMetrics } from '../../src/metrics/work-metrics';
import { readText, tableRows } from './repository';

interface SyntaxNode {
  type: { isError: boolean };
  from: number;
  to: number;
}

// Its types can't be resolved from CommonJS.
const { parser } = require('@prometheus-io/lezer-promql') as { parser: { parse(text: string): { iterate(visit: { enter(node: SyntaxNode): void }): void } } };

interface Panel {
  id: number;
  title: string;
  description: string;
  targets: { expr: string }[];
  gridPos: { x: number; y: number; w: number; h: number };
}

const { groups } = parse(readText('deploy/prometheus/alerts.yml')) as { groups: { rules: { alert: string; expr: string; for: string; labels: object; annotations: Record<string, string> }[] }[] };
const rules = groups.flatMap((group) => group.rules);
const dashboard = JSON.parse(readText('deploy/grafana/sluice.json')) as { panels: Panel[] };
const expressions = [...rules.map(({ expr }) => expr), ...dashboard.panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))];

/** Names of Sluice's own and Node's, as Prometheus sees them. */
async function exportedNames(): Promise<{ own: string[]; all: string[] }> {
  const registry = new Registry();
  createWorkMetrics(registry);
  createStateMetrics(registry);
  const own = await registry.getMetricsAsJSON();
  collectDefaultMetrics({ register: registry });
  const all = (await registry.getMetricsAsJSON()).flatMap(({ name, type }) => (String(type) === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]));
  return { own: own.map(({ name }) => name), all };
}

/** Grafana's variables as it would fill them in. */
function filled(expression: string): string {
  return expression.replaceAll('$__rate_interval', '5m').replaceAll('$job', '.*');
}

function problemsOf(expression: string): string[] {
  const problems: string[] = [];
  parser.parse(expression).iterate({ enter: ({ type, from, to }) => void (type.isError && problems.push(expression.slice(from, to + 20))) });
  return problems;
}

test('the parser finds what is no PromQL', () => {
  expect(problemsOf('sum by (phase (rate(sluice_jobs[5m]))')).not.toEqual([]);
});

test.each(expressions)('%s is PromQL over metrics that are exported', async (expression) => {
  expect(problemsOf(filled(expression))).toEqual([]);
  const { all } = await exportedNames();
  const names = [...filled(expression).replace(/"[^"]*"/g, '').matchAll(/\b(?:sluice|process|nodejs|temporal)_\w+/g)].map(([name]) => name);
  expect(names).not.toEqual([]);
  // The SDK's are looked for in a worker's page: test/api/metrics.servers.test.ts.
  expect(names.filter((name) => !name.startsWith('temporal_') && !all.includes(name))).toEqual([]);
});

test('there are three alerts, each saying what to do', () => {
  expect(rules).toHaveLength(3);
  for (const { alert, for: duration, annotations } of rules) {
    expect(alert).toMatch(/^Sluice[A-Z]\w+$/);
    expect(duration).toMatch(/^\d+m$/);
    expect(annotations.summary).toMatch(/\w/);
    expect(annotations.description).toMatch(/\w/);
  }
});

test('the dashboard\'s panels have names of their own and do not overlap', () => {
  const { panels } = dashboard;
  expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
  expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
  const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) => Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`));
  expect(new Set(cells).size).toBe(cells.length);
});

test('the page on operations describes each metric, and no other', async () => {
  const { own } = await exportedNames();
  const described = tableRows(readText('docs/operations.md')).flatMap(([first = '']) => [...first.matchAll(/^`(sluice_\w+)`$/g)].map(([, name]) => name));
  expect(described.sort()).toEqual([...own].sort());
});
