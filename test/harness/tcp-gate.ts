/** A gate between a process and its server: what passes through can be cut, refused, or met with silence, while the server lives on. */
import { once } from 'node:events';
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net';

/** open: everything passes. silent: connections are taken and nothing is heard. */
export type GateState = 'open' | 'silent';

export interface TcpGate {
  readonly port: number;
  /** How often something was sent to the server; a client of Postgres sends a query at once. */
  readonly sentCount: number;
  set(state: GateState): void;
  /** Cuts every connection; new ones pass. */
  cut(): void;
  /** Refuses connections from now on. */
  close(): Promise<void>;
}

export async function openTcpGate(host: string, port: number): Promise<TcpGate> {
  const sockets = new Set<Socket>();
  let state: GateState = 'open';
  let sentCount = 0;
  const keep = (socket: Socket): void => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
  };
  const server: Server = createServer((near) => {
    keep(near);
    const far = connect({ host, port });
    keep(far);
    near.on('data', (chunk) => {
      sentCount += 1;
      if (state === 'open') far.write(chunk);
    });
    far.on('data', (chunk) => void (state === 'open' && near.write(chunk)));
    near.on('close', () => far.destroy());
    far.on('close', () => near.destroy());
  });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get sentCount() {
      return sentCount;
    },
    set: (next) => void (state = next),
    cut,
    async close() {
      if (!server.listening) return;
      const closed = once(server, 'close');
      server.close();
      cut();
      await closed;
    },
  };
}
