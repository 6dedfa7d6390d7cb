// What the compiler does not see: forgotten promises, switches that forget a case, and imports that point up.
const tseslint = require('typescript-eslint');

/**
 * The layers: what each folder may import, besides itself. `types`: only types of it. A layer is listed after those it builds on;
 * src/domain imports nothing. What a layer may not import is forbidden by name, so that a new layer has to be written down here.
 */
const LAYERS = {
  'src/domain': {},
  'src/tokenizer': {},
  'src/input': { values: ['domain'] },
  'src/config': { values: ['domain', 'input'] },
  'src/parsing': { values: ['domain'] },
  'src/chunking': { values: ['tokenizer'], types: ['parsing'] },
  'src/embedding': { values: ['domain', 'tokenizer'] },
  'src/compute': { values: ['chunking', 'embedding', 'tokenizer'], types: ['parsing'] },
  'src/sources': { values: ['domain', 'parsing'] },
  'src/db': { values: ['domain'], types: ['chunking', 'embedding', 'parsing', 'sources', 'search'] },
  'src/search': { values: ['db', 'domain', 'embedding'] },
  'src/embedded': { values: ['domain'] },
  'src/metrics': { values: ['domain', 'embedding'], types: ['service'] },
  'src/tracing': {},
  'src/temporal': { values: ['domain'], types: ['config', 'db', 'metrics', 'tracing'] },
  'src/service': { values: ['db', 'domain', 'input', 'search', 'temporal'], types: ['embedding', 'sources', 'tracing'] },
  'src/api': { values: ['domain', 'input', 'service'], types: ['config', 'search'] },
  'src/client': { types: ['api', 'domain', 'search', 'service'] },
  'src/dashboard': { values: ['client', 'domain'] },
  'src/library': {},
  'src/cli': { values: ['api', 'config', 'domain', 'embedded', 'embedding', 'input', 'metrics', 'service', 'temporal'], types: ['search'] },
  activities: { values: ['chunking', 'db', 'domain', 'embedding', 'input'], types: ['compute', 'metrics', 'parsing', 'sources', 'temporal'] },
  workflows: { values: ['domain'] },
};

/** Where everything is put together: it may know every layer. */
const COMPOSITION_ROOTS = ['src/temporal/worker.ts', 'src/cli/server-session.ts', 'src/library/*.ts', 'src/index.ts'];

const FOLDERS = Object.keys(LAYERS).map((layer) => layer.replace('src/', ''));

/** Packages that belong to a few layers. */
const PACKAGES = [
  { regex: '^kysely(/|$)|^pgvector(/|$)', layers: ['src/db'], message: 'SQL is written in src/db only.' },
  { regex: '^pg$', layers: ['src/db', 'src/embedded'], message: 'The database is reached through src/db.' },
  { regex: '^preact(/|$)', layers: ['src/dashboard'], message: 'Only the dashboard runs in a browser.' },
  { regex: '^@temporalio/worker$', layers: ['src/temporal', 'src/cli', 'activities'], message: 'Only the worker is one.' },
  { regex: '^@temporalio/client$', layers: ['src/temporal', 'src/service', 'src/config', 'src/embedded', 'src/cli'], message: 'Temporal is reached through src/service or src/temporal.' },
];

/** Names of workflows/ that clients and workers may know: everything else of it runs in Temporal's sandbox. */
const WORKFLOW_NAMES = 'contract|task-queues|search-attributes';

function patternsOf(layer, { values = [], types = [] }) {
  const own = layer.replace('src/', '');
  const up = '^(\\.\\./)+(src/)?';
  const forbidden = FOLDERS.filter((folder) => folder !== own && !values.includes(folder) && !types.includes(folder) && !['activities', 'workflows'].includes(folder));
  const patterns = [{ regex: `${up}(${forbidden.join('|')})(/|$)`, message: `${layer} may not import this layer: see LAYERS in eslint.config.js.` }];
  const typesOnly = types.filter((folder) => !values.includes(folder));
  if (typesOnly.length > 0) patterns.push({ regex: `${up}(${typesOnly.join('|')})(/|$)`, allowTypeImports: true, message: `${layer} may import only types of this layer.` });
  for (const { regex, layers, message } of PACKAGES) if (!layers.includes(layer)) patterns.push({ regex, message });
  if (layer !== 'activities') {
    const visible = ['workflows', 'src/temporal'].includes(layer) ? '(?!(contract|activities)$)' : '';
    patterns.push({ regex: `${up}activities/${visible}`, message: 'Only the worker knows how activities are implemented.' });
  }
  if (layer !== 'workflows') {
    const visible = ['src/temporal', 'src/service'].includes(layer) ? `(?!(${WORKFLOW_NAMES})$)` : '';
    patterns.push({ regex: `${up}workflows/${visible}`, message: `Of workflows/ only src/service and src/temporal may import, and only ${WORKFLOW_NAMES}.` });
  }
  if (layer === 'src/domain') patterns.push({ regex: '^(\\.\\./|[^.])', message: 'The domain imports nothing.' });
  if (layer === 'src/dashboard') patterns.push({ regex: '^(?!\\.|preact(/|$)|vite$)', message: 'In a browser there is no Node, and what is bundled must be asked for.' });
  if (layer === 'workflows') {
    patterns.push({ regex: '^(?!\\.|@temporalio/(workflow|common)$)', message: 'Workflows run in a sandbox without Node.' });
    patterns.push({ regex: `${up}activities/activities$`, allowTypeImports: true, message: 'Of activities a workflow knows the types and the contract.' });
  }
  return patterns;
}

const layers = Object.entries(LAYERS).map(([layer, allowed]) => ({
  name: `layers/${layer}`,
  files: [`${layer}/**/*.{ts,tsx}`],
  ignores: COMPOSITION_ROOTS,
  rules: { '@typescript-eslint/no-restricted-imports': ['error', { patterns: patternsOf(layer, allowed) }] },
}));

module.exports = tseslint.config(
  { ignores: ['dist/', 'coverage/', 'test/fixtures/', 'examples/', 'models/', '.sluice/', '.defects/', 'docs/'] },
  {
    name: 'parser',
    files: ['**/*.{ts,tsx}'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: { parser: tseslint.parser },
  },
  ...tseslint.configs.recommended.map((config) => ({ ...config, files: ['**/*.{ts,tsx}'] })),
  {
    files: ['**/*.{ts,tsx}'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: __dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports', disallowTypeAnnotations: false }],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: { arguments: false, attributes: false, properties: false } }],
      '@typescript-eslint/no-non-null-assertion': 'off',
      // The output is CommonJS: a require in a function loads late what a fast start does without.
      '@typescript-eslint/no-require-imports': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrors: 'none' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'no-restricted-globals': ['error', { name: 'fdescribe' }, { name: 'fit' }],
      'no-restricted-properties': [
        'error',
        ...['test', 'it', 'describe'].flatMap((object) => ['only', 'skip', 'todo'].map((property) => ({ object, property, message: 'Every test runs.' }))),
      ],
      eqeqeq: ['error', 'smart'],
    },
  },
  ...layers,
);
