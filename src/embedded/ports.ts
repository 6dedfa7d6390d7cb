/** The servers' ports: free ones of the loopback interface, the same again at the next start, so that printed addresses stay valid. */
import { readFile, rename, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';

export const LOOPBACK = '127.0.0.1';

export type PortName = 'postgres' | 'temporal' | 'temporalUi';

type RememberedPorts = Partial<Record<PortName, number>>;

/** The remembered port when nobody else listens there, else a free one, which is to be remembered ({@link rememberPorts}). */
export async function pickPort(file: string, name: PortName, say: (line: string) => void): Promise<number> {
  const remembered = (await readPorts(file))[name];
  if (remembered !== undefined && (await tryToListen(remembered)) !== undefined) return remembered;
  const free = await findFreePort();
  if (remembered !== undefined) say(`${name}: port ${remembered} is taken by another program, using ${free}`);
  return free;
}

/** Both servers start at once: one change after the other, so that none is lost. */
let writing: Promise<void> = Promise.resolve();

export function rememberPorts(file: string, ports: RememberedPorts): Promise<void> {
  writing = writing.catch(() => undefined).then(async () => {
    await writeFile(`${file}.new`, `${JSON.stringify({ ...(await readPorts(file)), ...ports })}\n`);
    await rename(`${file}.new`, file);
  });
  return writing;
}

/** A port that nobody listens on at the moment. */
export async function findFreePort(): Promise<number> {
  const free = await tryToListen(0);
  if (free === undefined) throw new Error(`No port is free on ${LOOPBACK}.`);
  return free;
}

/** Whether something accepts connections on this loopback port. */
export function isListening(port: number, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: LOOPBACK, port, timeout: timeoutMs });
    const answer = (listening: boolean) => () => {
      socket.destroy();
      resolve(listening);
    };
    socket.on('connect', answer(true)).on('timeout', answer(false)).on('error', answer(false));
  });
}

async function readPorts(file: string): Promise<RememberedPorts> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as RememberedPorts;
  } catch {
    return {};
  }
}

function tryToListen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.on('error', () => resolve(undefined));
    server.listen(port, LOOPBACK, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}
