/** The network between a worker and a server, as far as we need to break it: it can drop, refuse, fall silent and delay. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';

export interface TcpProxy {
  readonly port: number;
  /** Resets every connection, and each new one, until {@link pass}. */
  drop(): void;
  /** Takes what is sent and connections too, and passes nothing on in either direction until {@link pass}. */
  silence(): void;
  /** Holds back everything for so long, in both directions. */
  delay(delayMs: number): void;
  /** All is well again; what was held back goes on its way. */
  pass(): void;
  /** Resets what is connected now; new connections pass. */
  reset(): void;
  close(): Promise<void>;
}

/** @param upstreamPort on the loopback interface; nobody needs to listen there yet */
export async function startTcpProxy(upstreamPort: number): Promise<TcpProxy> {
  let mode: 'pass' | 'drop' | 'silence' = 'pass';
  let delayMs = 0;
  const pairs = new Set<readonly [Socket, Socket]>();
  const server = createServer({ allowHalfOpen: true }, (client) => {
    if (mode === 'drop') return void client.on('error', () => undefined).resetAndDestroy();
    const upstream = connect({ host: '127.0.0.1', port: upstreamPort, allowHalfOpen: true });
    const pair = [client, upstream] as const;
    pairs.add(pair);
    for (const [from, to] of [[client, upstream], [upstream, client]] as const) {
      const later = (action: () => void) => (delayMs > 0 ? setTimeout(action, delayMs) : action());
      from.setNoDelay(true);
      from.on('data', (chunk: Buffer) => void later(() => {
        if (to.destroyed || to.write(chunk) || mode === 'silence') return;
        from.pause();
        to.once('drain', () => mode !== 'silence' && from.resume());
      }));
      from.on('end', () => void later(() => to.end()));
      from.on('error', () => to.resetAndDestroy());
      from.on('close', () => {
        if (!to.destroyed && !from.readableEnded) to.destroy();
        pairs.delete(pair);
      });
      if (mode === 'silence') from.pause();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const resetAll = () => pairs.forEach((pair) => pair.forEach((socket) => socket.resetAndDestroy()));
  return {
    port: (server.address() as AddressInfo).port,
    drop() {
      mode = 'drop';
      resetAll();
    },
    silence() {
      mode = 'silence';
      pairs.forEach((pair) => pair.forEach((socket) => socket.pause()));
    },
    delay(ms) {
      delayMs = ms;
    },
    pass() {
      mode = 'pass';
      delayMs = 0;
      pairs.forEach((pair) => pair.forEach((socket) => socket.resume()));
    },
    reset: resetAll,
    async close() {
      resetAll();
      server.close();
      await once(server, 'close');
    },
  };
}
