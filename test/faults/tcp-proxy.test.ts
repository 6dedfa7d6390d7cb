import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { expectEventually } from '../harness/expect-eventually';
import { startTcpProxy, type TcpProxy } from './tcp-proxy';

let upstream: Server;
let proxy: TcpProxy;

beforeEach(async () => {
  upstream = createServer((socket) => void socket.on('error', () => undefined).pipe(socket));
  upstream.listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  proxy = await startTcpProxy((upstream.address() as AddressInfo).port);
});

afterEach(async () => {
  await proxy.close();
  upstream.close();
});

/** A client that keeps what comes back. */
async function talk() {
  const socket = connect(proxy.port, '127.0.0.1');
  const heard = { text: '', error: '', isClosed: false };
  socket.setEncoding('utf8').on('data', (text: string) => (heard.text += text));
  socket.on('error', (error: NodeJS.ErrnoException) => (heard.error = error.code ?? error.message)).on('close', () => (heard.isClosed = true));
  await once(socket, 'connect');
  return { socket, heard };
}

test('passes on, and an end too', async () => {
  const { socket, heard } = await talk();
  socket.end('hello');
  await expectEventually(() => expect(heard).toEqual({ text: 'hello', error: '', isClosed: true }));
});

test('silent: nothing comes until it passes again, then everything does, in order', async () => {
  const { socket, heard } = await talk();
  proxy.silence();
  socket.write('one ');
  const late = await talk();
  late.socket.write('late');
  socket.write('two');
  // Another way to the server shows that time has passed for an answer.
  const direct = connect((upstream.address() as AddressInfo).port, '127.0.0.1');
  direct.write('x');
  await once(direct, 'data');
  direct.destroy();
  expect([heard.text, late.heard.text]).toEqual(['', '']);
  proxy.pass();
  await expectEventually(() => expect([heard.text, late.heard.text]).toEqual(['one two', 'late']));
  socket.destroy();
  late.socket.destroy();
});

test('dropping: what is connected is reset, and so is what comes, until it passes again', async () => {
  const { heard } = await talk();
  proxy.drop();
  await expectEventually(() => expect(heard).toMatchObject({ error: 'ECONNRESET', isClosed: true }));
  const refused = connect(proxy.port, '127.0.0.1');
  const [error] = (await once(refused, 'error')) as [NodeJS.ErrnoException];
  expect(error.code).toBe('ECONNRESET');
  proxy.pass();
  const { socket, heard: again } = await talk();
  socket.write('back');
  await expectEventually(() => expect(again.text).toBe('back'));
  socket.destroy();
});

test('a delay holds back, and keeps the order', async () => {
  const { socket, heard } = await talk();
  proxy.delay(50);
  const sentAt = Date.now();
  for (const word of ['a', 'b', 'c']) socket.write(word);
  await expectEventually(() => expect(heard.text).toBe('abc'));
  expect(Date.now() - sentAt).toBeGreaterThanOrEqual(90);
  socket.destroy();
});
