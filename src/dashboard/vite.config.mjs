/** Builds the dashboard into dist/dashboard: what the HTTP API serves (src/api/dashboard.ts). */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const root = fileURLToPath(new URL('.', import.meta.url));
const BUNDLED = ['preact', '@fontsource/ibm-plex-sans'];

export default defineConfig({
  root,
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  plugins: [licences()],
  build: {
    outDir: fileURLToPath(new URL('../../dist/dashboard', import.meta.url)),
    emptyOutDir: true,
    // The Content-Security-Policy takes nothing from data: addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: 'es2022',
    // The first with light-dark().
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
  },
});

/** The bundle holds others' work, whose licences ask to be passed on with it. */
function licences() {
  return {
    name: 'licences',
    generateBundle() {
      const texts = BUNDLED.map((name) => `${name}\n\n${readFileSync(new URL(`../../node_modules/${name}/LICENSE`, import.meta.url), 'utf8').trim()}\n`);
      this.emitFile({ type: 'asset', fileName: 'licences.txt', source: texts.join('\n\n') });
    },
  };
}
