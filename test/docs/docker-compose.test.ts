import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { readText, ROOT } from './repository';

// Its types can't be resolved from CommonJS.
const { DCLinter } = require('dclint') as { DCLinter: new (config: object) => { lintFiles(files: string[], recursive: boolean): { messages: unknown[] }[] } };

interface Service {
  image?: string;
  build?: string;
  ports?: string[];
  command?: string[];
  depends_on?: Record<string, { condition: string }>;
  environment?: Record<string, string>;
  healthcheck?: object;
  volumes?: string[];
}

const { services, volumes } = parse(readText('docker-compose.yml')) as { services: Record<string, Service>; volumes: Record<string, unknown> };
const dockerfile = readText('Dockerfile');
/** A version with at least two numbers: `latest` and `22-slim` move. */
const PINNED = /:v?\d+\.\d+[\w.-]*$/;

/** The compose specification's schema and rules on tags, ports and names; the order of keys is ours. */
const linter = new DCLinter({
  rules: { 'service-keys-order': 0, 'services-alphabetical-order': 0, 'top-level-properties-order': 0 },
  quiet: false,
  debug: false,
  exclude: [],
});

test('docker-compose.yml is valid by the schema of the compose specification', () => {
  expect(messagesOf(path.join(ROOT, 'docker-compose.yml'))).toEqual([]);
});

test.each([
  ['an unknown key', "depends_on:\n      postgres:", "dependson:\n      postgres:"],
  ['an image without a tag', 'pgvector/pgvector:0.8.1-pg17', 'pgvector/pgvector'],
  ['a port open to the world', "'127.0.0.1:5432:5432'", "'5432:5432'"],
])('the check finds %s', (_what, right, wrong) => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'sluice-compose-'));
  try {
    const text = readText('docker-compose.yml');
    expect(text).toContain(right);
    const file = path.join(folder, 'docker-compose.yml');
    writeFileSync(file, text.replace(right, wrong));
    expect(messagesOf(file)).not.toEqual([]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('every image is pinned', () => {
  const images = [...Object.values(services).flatMap(({ image }) => image ?? []), ...[...dockerfile.matchAll(/^FROM (\S+)/gm)].map(([, image = '']) => image)];
  expect(images.length).toBeGreaterThan(5);
  expect(images.filter((image) => !PINNED.test(image))).toEqual([]);
});

test('every port is bound to loopback', () => {
  const ports = Object.values(services).flatMap((service) => service.ports ?? []);
  expect(ports).not.toEqual([]);
  expect(ports.filter((port) => !port.startsWith('127.0.0.1:'))).toEqual([]);
});

test('services wait for what exists, in the way that it can be waited for', () => {
  for (const service of Object.values(services)) {
    for (const [name, { condition }] of Object.entries(service.depends_on ?? {})) {
      expect(Object.keys(services)).toContain(name);
      if (condition === 'service_healthy') expect(services[name]?.healthcheck).toBeDefined();
    }
  }
});

test('no password is in the file', () => {
  const secrets = Object.values(services).flatMap(({ environment }) => Object.entries(environment ?? {}).filter(([name]) => /PASSWORD|PWD|API_KEY|DATABASE_URL/.test(name)));
  expect(secrets.length).toBeGreaterThan(5);
  expect(secrets.filter(([, value]) => !/\$\{\w+:[?-]/.test(value))).toEqual([]);
});

test('named volumes are declared', () => {
  const named = Object.values(services).flatMap((service) => (service.volumes ?? []).map((volume) => volume.split(':')[0] ?? '')).filter((name) => /^\w+$/.test(name));
  expect(named).toEqual(Object.keys(volumes));
});

test('the image runs the built command line, as nobody in particular, without scripts of dependencies', () => {
  expect(dockerfile).toContain('dist/src/cli/main.js');
  expect(dockerfile).toMatch(/^USER node$/m);
  expect(dockerfile).toMatch(/npm ci --ignore-scripts/);
  expect(services.worker?.command).toEqual(['worker']);
  expect(services.migrate?.command).toEqual(['migrate']);
});

function messagesOf(file: string): unknown[] {
  return linter.lintFiles([file], false).flatMap(({ messages }) => messages);
}
