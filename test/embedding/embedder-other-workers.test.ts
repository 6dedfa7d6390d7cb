import { Embedder, TextsElsewhere, type OthersTexts } from '../../src/embedding/embedder';
import { ProviderError } from '../../src/embedding/provider';
import { OPEN_GATE, type RequestGate } from '../../src/embedding/request-gate';
import { expectEventually } from '../harness/expect-eventually';
import { batch, manualProvider, settle, textsOf } from './embedder-bench';

/** What others have stored is known only when a request may be sent: by the second question. */
function lateNews(find: (hashes: readonly string[]) => Partial<OthersTexts>) {
  let asked = 0;
  return (hashes: readonly string[]): Promise<OthersTexts> => Promise.resolve({ stored: new Set(), elsewhere: new Set(), ...(asked++ > 0 && find(hashes)) });
}

const allBut = (mine: string, hashes: readonly string[]) => new Set(hashes.filter((hash) => hash !== mine));

describe('Embedder, beside those of other workers', () => {
  it('does not send what another worker has stored while the request waited', async () => {
    const { provider, requests } = manualProvider({ maxTextsPerRequest: 2 });
    const one = batch();
    const claim = lateNews((hashes) => ({ stored: allBut('#b', hashes) }));
    const running = new Embedder(provider).embedAll(textsOf('a', 'b', 'c', 'd'), { ...one.options, claim });
    await settle();
    requests[0]!.answer();
    expect(await running).toEqual({ finished: true });
    expect(requests.map(({ texts }) => texts)).toEqual([['b']]);
    expect([one.stored, one.tokens()]).toEqual([['#b'], 1]);
  });

  it('gives back a passage that it does not use, and has one for just what it sends', async () => {
    const { provider, requests } = manualProvider({ maxTextsPerRequest: 2 });
    const one = batch();
    const passages: string[] = [];
    const gate: RequestGate = {
      async pass(tokens, signal) {
        const passage = await OPEN_GATE.pass(tokens, signal);
        return passage && { ...passage, answered: async () => void passages.push(`${tokens} used`), unused: () => void passages.push(`${tokens} unused`) };
      },
    };
    const claim = lateNews((hashes) => ({ stored: allBut('#b', hashes) }));
    const running = new Embedder(provider).embedAll(textsOf('a', 'b', 'c', 'd'), { ...one.options, gate, claim });
    await settle();
    requests[0]!.answer();
    await running;
    expect(passages.sort()).toEqual(['1 used', '2 unused', '2 unused']);
  });

  it('sends nothing after a pause that comes while it is looked what is stored', async () => {
    const { provider, requests } = manualProvider();
    const one = batch();
    const claim = lateNews(() => {
      one.pause.abort();
      return {};
    });
    expect(await new Embedder(provider).embedAll(textsOf('a', 'b'), { ...one.options, claim })).toEqual({ finished: false });
    expect(requests).toEqual([]);
  });

  it('does not send what another batch has taken over while the request waited; it is free then for all others of the worker', async () => {
    const { provider, requests } = manualProvider();
    const [one, two] = [batch(), batch()];
    const embedder = new Embedder(provider);
    let isTaken = true;
    const first = embedder.embedAll(textsOf('a', 'b'), { ...one.options, claim: lateNews((hashes) => (isTaken ? { elsewhere: allBut('#b', hashes) } : {})) });
    await settle();
    const second = embedder.embedAll(textsOf('a'), two.options);
    await settle();
    expect(requests.map(({ texts }) => texts)).toEqual([['b'], ['a']]);
    isTaken = false;
    requests[0]!.answer();
    await settle();
    requests[1]!.answer();
    expect(await Promise.all([first, second])).toEqual([{ finished: true }, { finished: true }]);
    expect([requests.length, one.stored, two.stored]).toEqual([2, ['#b'], ['#a']]);
  });

  it('texts that others have stored say nothing of the provider: a text that fails beside them is no sooner refused', async () => {
    const { provider, requests } = manualProvider();
    const one = batch();
    const claim = lateNews((hashes) => (requests.length > 0 ? { stored: allBut('#a', hashes) } : {}));
    const running = new Embedder(provider).embedAll(textsOf('a', 'b', 'c', 'd'), { ...one.options, claim });
    for (let sent = 0; sent < 32; sent++) {
      await settle();
      requests[sent]?.fail(new ProviderError('unavailable', 'down'));
    }
    expect(await running).toEqual({ finished: true });
    expect(requests.filter(({ texts }) => texts[0] === 'a')).toHaveLength(30);
    expect(one.refused).toEqual(['#a']);
  });

  it('an answer that is stored is no more lost when the gate cannot note it', async () => {
    const { provider, requests } = manualProvider();
    const embedder = new Embedder(provider);
    const forgetful: RequestGate = {
      async pass(tokens, signal) {
        const passage = await OPEN_GATE.pass(tokens, signal);
        return passage && { ...passage, answered: () => Promise.reject(new Error('the database is gone')) };
      },
    };
    const [one, two] = [batch(), batch()];
    const first = embedder.embedAll(textsOf('a'), { ...one.options, gate: forgetful });
    const waiting = embedder.embedAll(textsOf('a'), two.options);
    await settle();
    requests[0]!.answer();
    expect(await Promise.all([first, waiting])).toEqual([{ finished: true }, { finished: true }]);
    expect([requests.length, one.stored, two.stored]).toEqual([1, ['#a'], []]);
  });

  it.each(['stored', 'let go'])('waits for a text that another batch of the deployment has in hand, until it is %s', async (end) => {
    const { provider, requests } = manualProvider();
    const [one, two] = [batch(), batch()];
    const held = new Map<string, string>();
    const stored = new Set<string>();
    const optionsOf = ({ options }: typeof one, holder: string) => ({
      ...options,
      claim(hashes: readonly string[]) {
        for (const hash of hashes) if (!held.has(hash)) held.set(hash, holder);
        return Promise.resolve({ stored, elsewhere: new Set(hashes.filter((hash) => held.get(hash) !== holder)) });
      },
    });
    const first = new Embedder(provider).embedAll(textsOf('a', 'b'), optionsOf(one, 'one'));
    const second = new Embedder(provider).embedAll(textsOf('b', 'c'), optionsOf(two, 'two'));
    await settle();
    expect(requests.map(({ texts }) => texts[0])).toEqual(['a', 'b', 'c']);
    requests[0]!.answer();
    requests[2]!.answer();
    if (end === 'stored') {
      requests[1]!.answer();
      expect(await first).toEqual({ finished: true });
      for (const hash of one.stored) stored.add(hash);
    } else {
      one.cancel.abort(new Error('cancelled'));
      await expect(first).rejects.toThrow('cancelled');
      held.delete('#b');
      await expectEventually(() => expect(requests).toHaveLength(4));
      requests[3]!.answer();
    }
    expect(await second).toEqual({ finished: true });
    expect([one.stored, two.stored]).toEqual(end === 'stored' ? [['#a', '#b'], ['#c']] : [['#a'], ['#c', '#b']]);
  });

  it('a pause ends the waiting for what others have', async () => {
    const one = batch();
    const running = new Embedder(manualProvider().provider).embedAll(textsOf('a'), { ...one.options, claim: (hashes) => Promise.resolve({ stored: new Set(), elsewhere: new Set(hashes) }) });
    await settle();
    one.pause.abort();
    expect(await running).toEqual({ finished: false });
  });

  it('gives way to other batches when it has waited for long for what others have', async () => {
    let nowMs = 0;
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => (nowMs += 6_000));
    const claim = (hashes: readonly string[]) => Promise.resolve({ stored: new Set<string>(), elsewhere: new Set(hashes) });
    await expect(new Embedder(manualProvider().provider).embedAll(textsOf('a'), { ...batch().options, claim })).rejects.toThrow(TextsElsewhere);
    clock.mockRestore();
  });

  it('what could not be claimed is free for others', async () => {
    const { provider, requests } = manualProvider();
    const embedder = new Embedder(provider);
    await expect(embedder.embedAll(textsOf('a'), { ...batch().options, claim: () => Promise.reject(new Error('away')) })).rejects.toThrow('away');
    const running = embedder.embedAll(textsOf('a'), batch().options);
    await settle();
    requests[0]!.answer();
    expect(await running).toEqual({ finished: true });
  });
});
