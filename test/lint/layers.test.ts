/** The lint rules hold the layers of the design: what imports upwards is an error. */
import path from 'node:path';
import { ESLint, type Linter } from 'eslint';

const ROOT = path.join(__dirname, '..', '..', '..');

/** The project's own configuration, the part that needs no types: source text that is in no file has none. */
function layerConfiguration(): Linter.Config[] {
  // eslint.config.js is outside of what tsc compiles.
  const all = require(path.join(ROOT, 'eslint.config.js')) as Linter.Config[];
  return all.filter(({ name }) => name === 'parser' || name?.startsWith('layers/'));
}

const eslint = new ESLint({ cwd: ROOT, overrideConfigFile: true, overrideConfig: layerConfiguration() });

async function problems(file: string, source: string): Promise<string[]> {
  const [result] = await eslint.lintText(source, { filePath: path.join(ROOT, file) });
  expect(result!.fatalErrorCount).toBe(0);
  // Two patterns may forbid one import.
  return [...new Set(result!.messages.map(({ ruleId, severity }) => `${ruleId}/${severity}`))];
}

test.each([
  ['src/domain/new.ts', "import { sql } from 'kysely';"],
  ['src/domain/new.ts', "import { connect } from '../db/connect';"],
  ['src/domain/new.ts', "import { readFile } from 'node:fs/promises';"],
  ['src/domain/new.ts', "import type { Span } from '../input/problems';"],
  ['src/domain/deep/new.ts', "import { log } from '@temporalio/workflow';"],
  ['workflows/new.ts', "import { connect } from '../src/db/connect';"],
  ['workflows/new.ts', "import { createLoadBatch } from '../activities/load-batch';"],
  ['workflows/new.ts', "import { stoppable } from '../activities/stoppable';"],
  ['workflows/new.ts', "import { readFile } from 'node:fs/promises';"],
  ['workflows/new.ts', "import { Client } from '@temporalio/client';"],
  ['src/db/new.ts', "import { createParserPool } from '../parsing/child-process-pool';"],
  ['src/db/new.ts', "import type { IngestionService } from '../service/ingestion-service';"],
  ['src/service/new.ts', "import { sql } from 'kysely';"],
  ['src/service/new.ts', "import { ingestionWorkflow } from '../../workflows/ingestion.workflow';"],
  ['src/service/new.ts', "import { createLoadBatch } from '../../activities/load-batch';"],
  ['src/temporal/new.ts', "import { createActivities } from '../../activities/create-activities';"],
  ['src/cli/commands/new.ts', "import { connect } from '../../db/connect';"],
  ['src/cli/commands/new.ts', "import { Pool } from 'pg';"],
  ['src/cli/new.ts', "import { pauseSignal } from '../../workflows/contract';"],
  ['src/api/new.ts', "import { connect } from '../db/connect';"],
  ['src/dashboard/pages/new.tsx', "import { startApi } from '../../api/start-api';"],
  ['src/dashboard/new.ts', "import type { IngestionService } from '../service/ingestion-service';"],
  ['src/dashboard/new.ts', "import { readFile } from 'node:fs/promises';"],
  ['src/api/new.ts', "import { App } from '../dashboard/app';"],
  ['src/api/new.ts', "import { render } from 'preact';"],
  ['src/embedding/new.ts', "import { connect } from '../db/connect';"],
  ['src/sources/new.ts', "import { MAIN_TASK_QUEUE } from '../../workflows/task-queues';"],
  ['activities/new.ts', "import { createIngestionService } from '../src/service/create-ingestion-service';"],
  ['activities/new.ts', "import { sql } from 'kysely';"],
  ['activities/new.ts', "import { MAIN_TASK_QUEUE } from '../workflows/task-queues';"],
])('%s may not say: %s', async (file, source) => {
  expect(await problems(file, source)).toEqual(['@typescript-eslint/no-restricted-imports/2']);
});

test.each([
  ['src/domain/new.ts', "import { JOB_PHASES } from './job-phase';"],
  ['workflows/new.ts', "import { condition } from '@temporalio/workflow';"],
  ['workflows/new.ts', "import type { Activities } from '../activities/activities';"],
  ['workflows/new.ts', "import { isStopped } from '../activities/contract';"],
  ['workflows/new.ts', "import { JOB_PHASES } from '../src/domain/job-phase';"],
  ['src/db/migrations/new.ts', "import { sql } from 'kysely';"],
  ['src/db/new.ts', "import type { ParsedDocument } from '../parsing/parsed-document';"],
  ['src/service/new.ts', "import { pauseSignal } from '../../workflows/contract';"],
  ['src/temporal/worker.ts', "import { createActivities } from '../../activities/create-activities';"],
  ['src/cli/commands/new.ts', "import type { IngestionService } from '../../service/ingestion-service';"],
  ['src/dashboard/pages/new.tsx', "import { JOB_PHASES } from '../../domain/job-phase';"],
  ['src/dashboard/pages/new.tsx', "import { useState } from 'preact/hooks';"],
  ['activities/new.ts', "import { getJobContext } from '../src/db/job-context';"],
])('%s may say: %s', async (file, source) => {
  expect(await problems(file, source)).toEqual([]);
});
