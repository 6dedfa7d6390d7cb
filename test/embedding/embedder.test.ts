import { Embedder } from '../../src/embedding/embedder';
import { ProviderError } from '../../src/embedding/provider';
import { OPEN_GATE, type RequestGate } from '../../src/embedding/request-gate';
import { GateClosed } from '../../src/embedding/shared-gate';
import { batch, manualProvider, settle, textsOf } from './embedder-bench';

describe('Embedder', () => {
  it('stores each answer at once, with requests of all batches together within the limit', async () => {
    const { provider, requests } = manualProvider();
    const embedder = new Embedder(provider);
    const [one, two] = [batch(), batch()];
    const first = embedder.embedAll(textsOf('a', 'b'), one.options);
    const second = embedder.embedAll(textsOf('c', 'd'), two.options);
    await settle();
    expect(requests.map(({ texts }) => texts[0])).toEqual(['a', 'b']);
    requests[1]!.answer();
    await settle();
    expect(one.stored).toEqual(['#b']);
    expect(requests).toHaveLength(3);
    for (let sent = 0; sent < requests.length; sent++) {
      requests[sent]!.answer();
      await settle();
    }
    expect(await Promise.all([first, second])).toEqual([{ finished: true }, { finished: true }]);
    expect([one.stored, two.stored]).toEqual([['#b', '#a'], ['#c', '#d']]);
    expect(one.tokens() + two.tokens()).toBe(4);
  });

  it('sends nothing for no texts, and a text that is there twice once', async () => {
    const { provider, requests } = manualProvider();
    const embedder = new Embedder(provider);
    expect(await embedder.embedAll([], batch().options)).toEqual({ finished: true });
    const running = embedder.embedAll(textsOf('a', 'a'), batch().options);
    await settle();
    requests[0]!.answer();
    expect(await running).toEqual({ finished: true });
    expect(requests).toHaveLength(1);
  });

  it('a pause starts no request, waits for those sent and stores them', async () => {
    const { provider, requests } = manualProvider();
    const one = batch();
    let done = false;
    const running = new Embedder(provider).embedAll(textsOf('a', 'b', 'c'), one.options).finally(() => (done = true));
    await settle();
    one.pause.abort();
    await settle();
    expect([requests.length, done]).toEqual([2, false]);
    requests.forEach((request) => request.answer());
    expect(await running).toEqual({ finished: false });
    expect(one.stored).toEqual(['#a', '#b']);
    expect(requests).toHaveLength(2);
  });

  it('a pause ends the waiting for a slot and for what other batches have in hand', async () => {
    const { provider, requests } = manualProvider({ maxConcurrentRequests: 1 });
    const embedder = new Embedder(provider);
    const [one, two, three] = [batch(), batch(), batch()];
    const first = embedder.embedAll(textsOf('a'), one.options);
    const waitsForSlot = embedder.embedAll(textsOf('b'), two.options);
    const waitsForText = embedder.embedAll(textsOf('a'), three.options);
    await settle();
    two.pause.abort();
    three.pause.abort();
    expect(await Promise.all([waitsForSlot, waitsForText])).toEqual([{ finished: false }, { finished: false }]);
    requests[0]!.answer();
    expect(await first).toEqual({ finished: true });
    expect(requests).toHaveLength(1);
  });

  it('an abort ends requests and rejects with its reason', async () => {
    const { provider, requests } = manualProvider();
    const one = batch();
    const running = new Embedder(provider).embedAll(textsOf('a', 'b', 'c'), one.options);
    await settle();
    const reason = new Error('shutdown');
    one.cancel.abort(reason);
    await expect(running).rejects.toBe(reason);
    expect([requests.length, one.stored]).toEqual([2, []]);
  });

  it('sends a text that two batches need once', async () => {
    const { provider, requests } = manualProvider();
    const embedder = new Embedder(provider);
    const [one, two] = [batch(), batch()];
    const first = embedder.embedAll(textsOf('a', 'b'), one.options);
    const second = embedder.embedAll(textsOf('b', 'c', 'a'), two.options);
    await settle();
    for (let sent = 0; sent < requests.length; sent++) {
      requests[sent]!.answer();
      await settle();
    }
    expect(await Promise.all([first, second])).toEqual([{ finished: true }, { finished: true }]);
    expect(requests.map(({ texts }) => texts[0]).sort()).toEqual(['a', 'b', 'c']);
    expect([one.stored.sort(), two.stored]).toEqual([['#a', '#b'], ['#c']]);
    // A batch that looked into the database just before they were stored comes late.
    expect(await embedder.embedAll(textsOf('a', 'b'), batch().options)).toEqual({ finished: true });
    expect(requests).toHaveLength(3);
  });

  it('a batch takes over a text when the one that had it gives up', async () => {
    const { provider, requests } = manualProvider({ maxConcurrentRequests: 1 });
    const embedder = new Embedder(provider);
    const [one, two] = [batch(), batch()];
    const first = embedder.embedAll(textsOf('a', 'b'), one.options);
    const second = embedder.embedAll(textsOf('b'), two.options);
    await settle();
    one.pause.abort();
    requests[0]!.answer();
    expect(await first).toEqual({ finished: false });
    await settle();
    requests[1]!.answer();
    expect(await second).toEqual({ finished: true });
    expect(two.stored).toEqual(['#b']);
  });

  it('jobs take turns: a small one does not wait for all requests of a large one', async () => {
    const { provider, requests } = manualProvider({ maxConcurrentRequests: 1 });
    const embedder = new Embedder(provider);
    const [large, other, small] = [batch('large'), batch('large'), batch('small')];
    const running = [
      embedder.embedAll(textsOf('a', 'b', 'c'), large.options),
      embedder.embedAll(textsOf('d', 'e'), other.options),
      embedder.embedAll(textsOf('x', 'y'), small.options),
    ];
    for (let sent = 0; sent < 7; sent++) {
      await settle();
      requests[sent]!.answer();
    }
    await Promise.all(running);
    const order = requests.map(({ texts }) => texts[0]!);
    expect(order.indexOf('x')).toBeLessThanOrEqual(2);
    expect(order.indexOf('y')).toBeLessThanOrEqual(4);
  });

  it.each(['rate-limited', 'unavailable', 'auth', 'request', 'answer'] as const)('an error (%s) starts no more, stores what was sent and is thrown', async (kind) => {
    const { provider, requests } = manualProvider();
    const embedder = new Embedder(provider);
    const one = batch();
    const error = new ProviderError(kind, 'no');
    const running = embedder.embedAll(textsOf('a', 'b', 'c'), { ...one.options, gate: OPEN_GATE });
    await settle();
    requests[0]!.fail(error);
    await settle();
    requests[1]!.answer();
    await expect(running).rejects.toBe(error);
    expect([requests.length, one.stored]).toEqual([2, ['#b']]);
    const again = embedder.embedAll(textsOf('a'), batch().options);
    await settle();
    requests[2]!.answer();
    expect(await again).toEqual({ finished: true });
  });

  it('a limit that is used up takes no turn away that it has given, and the batch comes back for the rest', async () => {
    const { provider, requests } = manualProvider({ maxConcurrentRequests: 3 });
    const one = batch();
    const usedUp = new GateClosed('RATE_LIMITED', 'used up', 11_000);
    let giveTurn!: () => void;
    const turn = new Promise<void>((resolve) => (giveTurn = resolve));
    const [first, second] = [OPEN_GATE.pass(1, one.pause.signal), turn.then(() => OPEN_GATE.pass(1, one.pause.signal))];
    const passages = [first, second];
    const gate: RequestGate = { pass: () => passages.shift() ?? Promise.reject(usedUp) };
    const running = new Embedder(provider).embedAll(textsOf('a', 'b', 'c', 'd'), { ...one.options, gate });
    running.catch(() => undefined);
    await settle();
    requests[0]!.answer();
    await settle();
    giveTurn();
    await settle();
    requests[1]!.answer();
    await expect(running).rejects.toBe(usedUp);
    expect(one.stored).toEqual(['#a', '#b']);
  });

  it('an error of the store ends the batch, and the text is free for others', async () => {
    const { provider, requests } = manualProvider();
    const embedder = new Embedder(provider);
    const one = batch();
    const error = new Error('the database is gone');
    const running = embedder.embedAll(textsOf('a'), { ...one.options, store: () => Promise.reject(error) });
    const waiting = embedder.embedAll(textsOf('a'), one.options);
    await settle();
    requests[0]!.answer();
    await expect(running).rejects.toBe(error);
    await settle();
    requests[1]!.answer();
    expect(await waiting).toEqual({ finished: true });
    expect(one.stored).toEqual(['#a']);
  });
});
