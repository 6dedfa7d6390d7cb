import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describeConfig, loadConfig, type ConfigSources } from '../../src/config/config';
import { SluiceError } from '../../src/domain/errors';
import { JOB_PHASES } from '../../src/domain/job-phase';

let cwd: string;
beforeEach(() => void (cwd = mkdtempSync(path.join(tmpdir(), 'sluice-config-'))));
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

/** No configuration file of Temporal's: a developer may have one. */
const NO_FILE = { TEMPORAL_CONFIG_FILE: '/nonexistent.toml' };
const load = ({ flags = {}, env = {} }: Partial<ConfigSources> = {}) => loadConfig({ flags, env: { ...NO_FILE, ...env }, cwd });
const write = (name: string, text: string) => writeFileSync(path.join(cwd, name), text);

function problemsOf(sources: Partial<ConfigSources>): string[] {
  try {
    load(sources);
  } catch (error) {
    if (!(error instanceof SluiceError) || error.code !== 'INVALID_INPUT') throw error;
    return error.message.split('\n');
  }
  return [];
}

test('nothing set is a whole configuration', () => {
  expect(load()).toEqual({
    jobOptions: {},
    phases: JOB_PHASES,
    providerRates: {},
    metricsAddress: undefined,
    logLevel: 'warn',
    logFormat: 'text',
    debug: false,
    api: { host: '127.0.0.1', port: undefined, sourceRoots: [cwd], corsOrigins: [], keys: undefined },
    databaseUrl: undefined,
    stateDir: path.join(cwd, '.sluice'),
    settings: {},
    temporal: { isConfigured: false, address: '127.0.0.1:7233', namespace: 'default', connection: { address: '127.0.0.1:7233' } },
  });
});

test('flags win over the environment, and it over the file', () => {
  write('sluice.config.json', JSON.stringify({ chunkTokens: 100, chunkOverlap: 10, batchDocuments: 1 }));
  const { jobOptions, settings } = load({ flags: { chunkTokens: '300' }, env: { SLUICE_CHUNK_TOKENS: '200', SLUICE_CHUNK_OVERLAP: '20' } });
  expect(jobOptions).toEqual({ chunkTokens: 300, chunkOverlap: 20, batchDocuments: 1 });
  expect([settings.chunkTokens?.origin, settings.chunkOverlap?.origin, settings.batchDocuments?.origin]).toEqual([
    '--chunk-tokens',
    'SLUICE_CHUNK_OVERLAP',
    `batchDocuments in ${path.join(cwd, 'sluice.config.json')}`,
  ]);
});

test('each kind of option reads from text', () => {
  const { jobOptions, phases, debug, logLevel } = load({
    flags: { concurrency: ['embedding=2', 'LOADING=3,INDEXING=1'], verify: false },
    env: {
      SLUICE_ALLOW_MASS_REMOVAL: 'yes',
      SLUICE_VERIFY: '1',
      SLUICE_MAX_COST: '0.5',
      SLUICE_PHASES: 'loading, CHUNKING',
      SLUICE_DEBUG: '1',
      SLUICE_LOG_LEVEL: 'debug',
      SLUICE_MAX_TOKENS: '',
    },
  });
  expect(jobOptions).toEqual({
    concurrency: { EMBEDDING: 2, LOADING: 3, INDEXING: 1 },
    verify: false,
    allowMassRemoval: true,
    maxCost: 0.5,
  });
  expect({ phases, debug, logLevel }).toEqual({ phases: ['LOADING', 'CHUNKING'], debug: true, logLevel: 'debug' });
});

test('every problem names where its value came from', () => {
  write('sluice.config.json', JSON.stringify({ chunkOverlap: 'ten', batchDocument: 1, concurrency: { EMBEDDING: 99 } }));
  const file = path.join(cwd, 'sluice.config.json');
  expect(problemsOf({ flags: { chunkTokens: '5' }, env: { SLUICE_VERIFY: 'perhaps', SLUICE_PHASES: 'LOADING,EMBED' } }).sort()).toEqual(
    [
      '--chunk-tokens must be a whole number from 16 to 8192; it is 5.',
      'SLUICE_PHASES: [1] must be of LOADING, CHUNKING, EMBEDDING, INDEXING.',
      'SLUICE_VERIFY must be true or false.',
      `batchDocument in ${file} is not known: did you mean batchDocuments?`,
      `chunkOverlap in ${file} must be a whole number from 0 to 4095.`,
      `concurrency in ${file}: EMBEDDING must be a whole number from 1 to 64; it is 99.`,
    ].sort(),
  );
});

test.each([['EMBEDDING'], ['EMBEDDING=x'], ['EMBED=2'], ['EMBEDDING=2=3'], ['']])('--concurrency %j is refused', (text) => {
  expect(problemsOf({ flags: { concurrency: [text] } })).toHaveLength(text === '' ? 0 : 1);
});

test('the model of one provider is not taken along to another', () => {
  write('sluice.config.json', JSON.stringify({ embeddingProvider: 'openai', embeddingModel: 'm', embeddingDimensions: 8 }));
  expect(load().jobOptions.embedding).toEqual({ provider: 'openai', model: 'm', dimensions: 8 });
  expect(load({ flags: { embeddingModel: 'n' } }).jobOptions.embedding).toEqual({ provider: 'openai', model: 'n', dimensions: 8 });
  expect(load({ flags: { embeddingProvider: 'static' } }).jobOptions.embedding).toEqual({ provider: 'static' });
});

test('a model without a provider is refused', () => {
  expect(problemsOf({ env: { SLUICE_EMBEDDING_MODEL: 'm' } })).toEqual(['SLUICE_EMBEDDING_MODEL needs a provider.']);
});

describe('the file', () => {
  test.each([
    ['sluice.config.json', '{"chunkTokens":64}'],
    ['sluice.config.js', 'module.exports = { chunkTokens: 64 };'],
    ['sluice.config.ts', 'const config: { chunkTokens: number } = { chunkTokens: 64 };\nexport default config;\n'],
  ])('may be %s', (name, text) => {
    // The compiler is found from the project of the file.
    const compiler = path.dirname(require.resolve('typescript/package.json'));
    mkdirSync(path.join(cwd, 'node_modules'));
    symlinkSync(compiler, path.join(cwd, 'node_modules/typescript'));
    write(name, text);
    expect(load().jobOptions).toEqual({ chunkTokens: 64 });
  });

  test('in TypeScript without the compiler says what to do', () => {
    if ((process.features as { typescript?: unknown }).typescript) return;
    write('sluice.config.ts', 'export default {};');
    expect(() => load()).toThrow(expect.objectContaining({ code: 'INVALID_INPUT', hint: expect.stringContaining('npm i -D typescript') }));
  });

  test.each([['[]'], ['7'], ['{'], ['null']])('must hold an object: %s', (text) => {
    write('sluice.config.json', text);
    expect(problemsOf({})[0]).toContain(path.join(cwd, 'sluice.config.json'));
  });

  test('that throws is named with what it threw', () => {
    write('sluice.config.js', 'throw new Error("no such thing");');
    expect(problemsOf({})[0]).toMatch(/sluice\.config\.js can't be read: no such thing$/);
  });

  test('must be one', () => {
    write('sluice.config.js', 'module.exports = {}');
    write('sluice.config.json', '{}');
    expect(problemsOf({})).toEqual([`There are sluice.config.js and sluice.config.json in ${cwd}: keep one of them.`]);
  });
});

describe('servers', () => {
  test("Temporal's own variables are read as its SDK reads them", () => {
    const { temporal } = load({ env: { TEMPORAL_ADDRESS: 'cloud:7233', TEMPORAL_NAMESPACE: 'mine', TEMPORAL_API_KEY: 'secret-key' } });
    expect(temporal).toEqual({
      isConfigured: true,
      address: 'cloud:7233',
      namespace: 'mine',
      connection: { address: 'cloud:7233', apiKey: 'secret-key', tls: true },
    });
  });

  test("Temporal's own file counts, and a profile that it lacks is named", () => {
    write('temporal.toml', '[profile.default]\naddress = "file:7233"\n');
    const env = { TEMPORAL_CONFIG_FILE: path.join(cwd, 'temporal.toml') };
    expect(load({ env }).temporal).toMatchObject({ isConfigured: true, address: 'file:7233' });
    expect(problemsOf({ env: { ...env, TEMPORAL_PROFILE: 'missing' } })[0]).toMatch(/Temporal's settings can't be read: .*missing/);
  });

  test.each(['postgres://u:p@h:5432/d', 'postgresql:///d?host=/var/run/postgresql'])('DATABASE_URL may be %s', (url) => {
    expect(load({ env: { DATABASE_URL: url } }).databaseUrl).toBe(url);
  });

  test('a DATABASE_URL that is none is refused without repeating it', () => {
    expect(problemsOf({ env: { DATABASE_URL: 'mysql://u:hunter2@h/d' } }).join()).toMatch(/^DATABASE_URL must be a URL such as postgres/);
    expect(problemsOf({ env: { DATABASE_URL: 'mysql://u:hunter2@h/d' } }).join()).not.toContain('hunter2');
  });
});

test('the description shows what is set and where, and no secret', () => {
  const env = {
    DATABASE_URL: 'postgres://u:hunter2@h/d?sslpassword=hunter2',
    TEMPORAL_ADDRESS: 't:1',
    TEMPORAL_API_KEY: 'hunter2',
    OPENAI_API_KEY: 'hunter2',
    SLUICE_CHUNK_TOKENS: '64',
  };
  const lines = describeConfig(load({ env }));
  expect(lines).toEqual([
    { name: 'database', value: 'postgres://u:***@h/d?sslpassword=***', origin: 'DATABASE_URL' },
    { name: 'temporal', value: 't:1, namespace default', origin: 'TEMPORAL_…' },
    { name: 'state', value: path.join(cwd, '.sluice'), origin: 'default' },
    { name: 'chunkTokens', value: '64', origin: 'SLUICE_CHUNK_TOKENS' },
  ]);
});
