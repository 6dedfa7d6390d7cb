import path from 'node:path';

/** The workflows as one file, made by the build: a worker that bundles at its start takes 6 s longer. */
export const WORKFLOW_BUNDLE_PATH = path.join(__dirname, '..', '..', 'workflow-bundle.js');
