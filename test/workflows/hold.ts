/** Holds activities of a fake job at their beginning until the test lets them go. */
import { setMaxListeners } from 'node:events';
import { expectEventually } from '../harness/expect-eventually';

const ofThisFile: Hold[] = [];

// A failed test must not leave an activity behind that its worker, which ends with the file, waits for.
afterAll(() => {
  for (const hold of ofThisFile) hold.release();
});

export class Hold {
  /** Calls that are held now. */
  readonly held = new Set<string>();
  /** Calls whose stop was asked for, also of those that can't stop. */
  readonly stopAsked = new Set<string>();
  private released = false;
  private readonly waiting = new Set<() => void>();

  /** @param deaf they go on being held when they are asked to stop: work that can't be interrupted */
  constructor(private readonly pattern: RegExp, private readonly options: { deaf?: boolean } = {}) {
    ofThisFile.push(this);
  }

  readonly onCall = async (call: string, signal: AbortSignal): Promise<void> => {
    if (this.released || !this.pattern.test(call)) return;
    setMaxListeners(0, signal);
    this.held.add(call);
    try {
      await new Promise<void>((resolve, reject) => {
        this.waiting.add(resolve);
        const stop = () => {
          this.stopAsked.add(call);
          if (!this.options.deaf) reject(signal.reason as Error);
        };
        if (signal.aborted) stop();
        else signal.addEventListener('abort', stop, { once: true });
      });
    } finally {
      this.held.delete(call);
    }
  };

  /** Lets go what is held and holds nothing any more. */
  release(): void {
    this.released = true;
    for (const go of this.waiting) go();
  }

  async untilHeld(count = 1): Promise<void> {
    await expectEventually(() => expect(this.held.size).toBeGreaterThanOrEqual(count));
  }
}
