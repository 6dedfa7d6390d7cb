/**
 * How much longer Sluice takes than a bare script for the same work: `npm run bench -- [--documents 10000] [--latency-ms 0,300] [--runs 1]`.
 * Both run as processes of their own, in turn, against the same embedded PostgreSQL and the same provider. Machines are noisy: read the
 * ratio, not the seconds. Sluice's time includes the start of its worker; memory is that of the worker and its parser children together.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { migrateToLatest } from '../src/db/migrate';
import { acquireServers } from '../src/embedded/servers';
import { makeBenchFolder } from './bench-folder';
import { writeBenchDocuments } from './documents';

const DIST = join(__dirname, '..');
const DIMENSIONS = 256;

interface Measured {
  seconds: number;
  /** Of the process and its children. */
  peakMb: number;
  stdout: string;
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { documents: { type: 'string', default: '10000' }, 'latency-ms': { type: 'string', default: '0,300' }, runs: { type: 'string', default: '1' } } });
  const work = makeBenchFolder();
  const folder = join(work, 'documents');
  writeBenchDocuments(folder, Number(values.documents));
  const servers = await acquireServers({ stateDir: join(work, '.sluice'), say: () => undefined, mayStart: true });
  try {
    await migrateToLatest(servers.databaseUrl);
    for (const latencyMs of values['latency-ms'].split(',').map(Number)) {
      const provider = await startProvider(latencyMs);
      const env = {
        ...process.env,
        DATABASE_URL: servers.databaseUrl,
        TEMPORAL_ADDRESS: servers.temporalAddress,
        OPENAI_BASE_URL: provider.url,
        OPENAI_API_KEY: 'bench',
        SLUICE_EMBEDDING_PROVIDER: 'openai',
        SLUICE_EMBEDDING_DIMENSIONS: String(DIMENSIONS),
      };
      for (let run = 0; run < Number(values.runs); run++) {
        const bare = await measure(['bench/bare-script.js', folder], env);
        const model = `bench-${latencyMs}-${run}`;
        const collection = `bench-${latencyMs}-${run}`;
        // The worker is `ingest`'s neighbour, as in a deployment.
        const sluice = await measureSluice(['src/cli/main.js', 'ingest', folder, '--collection', collection, '--embedding-model', model, '--json'], env);
        const { chunks } = JSON.parse(bare.stdout) as { chunks: number };
        const job = JSON.parse(sluice.stdout) as { chunks: number; status: string };
        if (job.status !== 'COMPLETED' || job.chunks !== chunks) throw new Error(`Not the same work: ${chunks} chunks against ${sluice.stdout}`);
        console.log(
          `${values.documents} documents, ${chunks} chunks, provider ${latencyMs} ms a request: bare script ${bare.seconds.toFixed(1)} s, Sluice ${sluice.seconds.toFixed(1)} s, ` +
            `ratio ${(sluice.seconds / bare.seconds).toFixed(2)}; peak memory ${bare.peakMb.toFixed(0)} MB against ${sluice.peakMb.toFixed(0)} MB`,
        );
      }
      provider.stop();
    }
  } finally {
    await servers.release();
    rmSync(work, { recursive: true, force: true });
  }
}

/** A worker is started, then the job is ingested through it; the time is that of both. */
async function measureSluice(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Measured> {
  const started = performance.now();
  const worker = spawn(process.execPath, [join(DIST, 'src/cli/main.js'), 'worker'], { env, stdio: ['ignore', 'ignore', 'inherit'] });
  const memory = watchMemory(worker.pid!);
  const job = await measure(args, env);
  const seconds = (performance.now() - started) / 1_000;
  const peakMb = memory.stop();
  worker.kill('SIGTERM');
  await once(worker, 'exit');
  return { seconds, peakMb, stdout: job.stdout };
}

async function measure([script = '', ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<Measured> {
  const started = performance.now();
  const child = spawn(process.execPath, [join(DIST, script), ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const memory = watchMemory(child.pid!);
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) throw new Error(`${script} ended with ${code}`);
  return { seconds: (performance.now() - started) / 1_000, peakMb: memory.stop(), stdout };
}

/** Peak of the resident memory of a process and its children, sampled twice a second. Linux only: elsewhere 0. */
function watchMemory(pid: number): { stop(): number } {
  let peakMb = 0;
  const timer = setInterval(() => {
    peakMb = Math.max(peakMb, residentMb(pid));
  }, 500);
  return {
    stop() {
      clearInterval(timer);
      return peakMb;
    },
  };
}

function residentMb(pid: number): number {
  try {
    const own = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1_024;
    const children = readdirSync(`/proc/${pid}/task`).flatMap((task) => readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').trim().split(' ').filter(Boolean).map(Number));
    return own + children.reduce((sum, child) => sum + residentMb(child), 0);
  } catch {
    return 0;
  }
}

async function startProvider(latencyMs: number): Promise<{ url: string; stop(): void }> {
  const server = spawn(process.execPath, [join(DIST, 'test/embedding/embeddings-server.js'), '--port', '0', '--latency-ms', String(latencyMs), '--dimensions', String(DIMENSIONS)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(server.stdout.setEncoding('utf8'), 'data')) as [string];
  return { url: /http:\S+/.exec(line)![0], stop: () => void server.kill() };
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    console.error(error);
    process.exit(1);
  },
);
