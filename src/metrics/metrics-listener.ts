/** Serves the metrics of a worker that has no HTTP API beside it: GET /metrics, and GET /healthz, and nothing else. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SluiceError } from '../domain/errors';
import type { ProcessMetrics } from './process-metrics';

export interface MetricsListener {
  /** Such as `http://127.0.0.1:9464`. */
  url: string;
  close(): Promise<void>;
}

/** Rejects with INVALID_INPUT when it can't listen there. @param address `host:port`; port 0: any that is free */
export async function listenForMetrics(address: string, metrics: ProcessMetrics): Promise<MetricsListener> {
  const [, host = '', port = ''] = /^(?:\[?([^\]]*)\]?:)?(\d+)$/.exec(address) ?? [];
  const server = createServer((request, response) => {
    const page = request.method === 'GET' ? request.url?.split('?')[0] : undefined;
    if (page === '/healthz') return void response.end('alive\n');
    if (page !== '/metrics') return void response.writeHead(404).end();
    void metrics.render().then((text) => response.setHeader('Content-Type', metrics.contentType).end(text));
  });
  try {
    server.listen(Number(port), host || '127.0.0.1');
    await once(server, 'listening');
  } catch (error) {
    throw new SluiceError('INVALID_INPUT', `Metrics can't be served on ${address}: ${(error as Error).message}.`, { hint: 'Choose another --metrics-address.' });
  }
  const found = server.address() as AddressInfo;
  return {
    url: `http://${found.family === 'IPv6' ? `[${found.address}]` : found.address}:${found.port}`,
    async close() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
