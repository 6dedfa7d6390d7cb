/** Runs a command line in this process, on a service of the test's own. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { InterruptReason } from '../../src/cli/cli-io';
import type { OpenOptions, ServerSession } from '../../src/cli/context';
import { runCli } from '../../src/cli/program';
import type { IngestionService } from '../../src/service/ingestion-service';

export interface CommandRun {
  exitCode: number;
  stdout: string;
  stderr: string;
  /** How the servers were asked for. */
  opened: OpenOptions[];
  /** What became of the session and its worker, in order. */
  events: string[];
  cwd: string;
}

export interface CommandSetting {
  service?: Partial<IngestionService>;
  session?: Partial<ServerSession>;
  env?: Record<string, string>;
  /** To a question; absent: nobody is asked. */
  answer?: boolean;
  isTty?: boolean;
  columns?: number;
  /** Called with the way to interrupt, when the command begins to listen. */
  whenListening?: (interrupt: (reason: InterruptReason) => void) => void;
}

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

export async function runCommand(args: string[], setting: CommandSetting = {}): Promise<CommandRun> {
  const cwd = mkdtempSync(path.join(tmpdir(), 'sluice-cli-'));
  folders.push(cwd);
  const run: CommandRun = { exitCode: -1, stdout: '', stderr: '', opened: [], events: [], cwd };
  const stream = (name: 'stdout' | 'stderr') => ({
    write: (text: string) => void (run[name] += text),
    isTTY: setting.isTty,
    columns: setting.columns,
  });
  let stopWorker: () => void = () => undefined;
  const session: ServerSession = {
    service: refusing(setting.service ?? {}),
    addresses: { databaseUrl: 'postgres://localhost/sluice', temporalAddress: '127.0.0.1:7233', namespace: 'default' },
    areConfigured: true,
    hasLastingWorker: async () => false,
    async startWorker({ isLasting }) {
      run.events.push(isLasting ? 'lasting worker' : 'worker');
      const ended = new Promise<void>((resolve) => void (stopWorker = resolve));
      return {
        ended,
        async shutdown() {
          run.events.push('worker stopped');
          stopWorker();
        },
      };
    },
    async close() {
      run.events.push('closed');
    },
    ...setting.session,
  };
  run.exitCode = await runCli(
    {
      stdout: stream('stdout'),
      stderr: stream('stderr'),
      cwd,
      env: { TEMPORAL_CONFIG_FILE: '/nonexistent.toml', ...setting.env },
      confirm: async () => setting.answer,
      onInterrupt(listener) {
        setting.whenListening?.(listener);
        return () => undefined;
      },
    },
    args.map((argument) => argument.replace('{cwd}', cwd)),
    {
      version: '1.2.3',
      async openServers(_config, _io, options) {
        run.opened.push(options);
        return session;
      },
    },
  );
  return run;
}

/** What the test doesn't expect to be called says so. */
function refusing(service: Partial<IngestionService>): IngestionService {
  return new Proxy(service, {
    get(target, name) {
      return target[name as keyof IngestionService] ?? (() => Promise.reject(new Error(`unexpected call of ${String(name)}`)));
    },
  }) as IngestionService;
}
