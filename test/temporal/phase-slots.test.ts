import { setImmediate } from 'node:timers/promises';
import { PhaseSlots } from '../../src/temporal/phase-slots';

const CONTEXT = {} as never;
const NEVER = new AbortController().signal;

let hasRoom: boolean;
let waiting: number;
let slots: PhaseSlots;

beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  hasRoom = false;
  waiting = 0;
  slots = new PhaseSlots({ fewest: 2, most: 4 }, { hasRoom: () => hasRoom }, () => waiting);
});

afterEach(() => jest.useRealTimers());

const use = (permit: object | null) => {
  slots.markSlotUsed({ permit: permit!, slotInfo: { type: 'activity', activityType: 'loadBatch' } });
  return permit!;
};

/** Whether a slot was given without anything else happening. */
async function reserve(signal = NEVER) {
  const state: { slot?: object; error?: unknown } = {};
  slots.reserveSlot(CONTEXT, signal).then((slot) => (state.slot = slot), (error: unknown) => (state.error = error));
  await setImmediate();
  return state;
}

test('a busy machine gets the fewest, and the next when one of them is given back', async () => {
  const first = use(slots.tryReserveSlot());
  use(slots.tryReserveSlot());
  const third = await reserve();
  jest.advanceTimersByTime(1_000);
  await setImmediate();
  expect(third.slot).toBeUndefined();
  slots.releaseSlot({ permit: first });
  await setImmediate();
  expect(third.slot).toBeDefined();
});

test('one that has room gets more, one after another, and never more than the most', async () => {
  use(slots.tryReserveSlot());
  use(slots.tryReserveSlot());
  hasRoom = true;
  const further = [await reserve(), await reserve(), await reserve()];
  const given = () => further.filter(({ slot }) => slot !== undefined).length;
  expect(given()).toBe(1);
  for (const expected of [2, 2]) {
    jest.advanceTimersByTime(200);
    await setImmediate();
    expect(given()).toBe(expected);
  }
});

test('what a machine has room for it goes on with, until it has none', () => {
  hasRoom = true;
  const batches = [1, 2, 3].map(() => use(slots.tryReserveSlot()));
  slots.releaseSlot({ permit: batches.shift()! });
  batches.push(use(slots.tryReserveSlot()));
  expect(slots.tryReserveSlot()).toBeNull();
  hasRoom = false;
  slots.releaseSlot({ permit: batches.shift()! });
  expect(slots.tryReserveSlot()).toBeNull();
  slots.releaseSlot({ permit: batches.shift()! });
  expect(slots.tryReserveSlot()).not.toBeNull();
});

test('beside batches that take long, others follow each other at once', () => {
  use(slots.tryReserveSlot());
  use(slots.tryReserveSlot());
  jest.advanceTimersByTime(5_000);
  for (let index = 0; index < 3; index++) {
    const next = slots.tryReserveSlot();
    expect(next).not.toBeNull();
    slots.releaseSlot({ permit: use(next) });
  }
});

test('a batch that takes long does not keep others from their slot; one that waits to be polled does', async () => {
  use(slots.tryReserveSlot());
  const polling = slots.tryReserveSlot();
  const third = await reserve();
  jest.advanceTimersByTime(5_000);
  await setImmediate();
  expect(third.slot).toBeDefined();
  use(third.slot!);
  const fourth = await reserve();
  jest.advanceTimersByTime(4_000);
  await setImmediate();
  expect(fourth.slot).toBeUndefined();
  slots.releaseSlot({ permit: polling! });
  await setImmediate();
  expect(fourth.slot).toBeDefined();
});

test('a batch that waits for its turn does not keep others from their slot, one after another', async () => {
  use(slots.tryReserveSlot());
  use(slots.tryReserveSlot());
  expect(slots.tryReserveSlot()).toBeNull();
  waiting = 2;
  use(slots.tryReserveSlot());
  expect(slots.tryReserveSlot()).toBeNull();
  const fourth = await reserve();
  jest.advanceTimersByTime(200);
  await setImmediate();
  expect(fourth.slot).toBeDefined();
});

test('a worker that ends waits for no slot', async () => {
  use(slots.tryReserveSlot());
  use(slots.tryReserveSlot());
  const abort = new AbortController();
  const third = await reserve(abort.signal);
  const reason = new Error('shut down');
  abort.abort(reason);
  await setImmediate();
  expect(third.error).toBe(reason);
});
