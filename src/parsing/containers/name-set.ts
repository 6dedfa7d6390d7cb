/**
 * The names seen in a container, as hashes: ten million of them in 128 MB. A false hit, one in a hundred billion, only gives a name its
 * suffix.
 */
import { createHash } from 'node:crypto';

const INITIAL_SLOTS = 1 << 12;
const MAX_LOAD = 0.75;

export class NameSet {
  /** Open addressing; 0 is free. */
  private slots = new Float64Array(INITIAL_SLOTS);
  private size = 0;

  /** Whether the name is new. */
  add(name: string): boolean {
    if (!this.insert(hash(name))) return false;
    if (++this.size > this.slots.length * MAX_LOAD) this.grow();
    return true;
  }

  private insert(value: number): boolean {
    const { length } = this.slots;
    let slot = value % length;
    while (this.slots[slot] !== 0) {
      if (this.slots[slot] === value) return false;
      slot = (slot + 1) % length;
    }
    this.slots[slot] = value;
    return true;
  }

  private grow(): void {
    const old = this.slots;
    this.slots = new Float64Array(old.length * 2);
    for (const value of old) if (value !== 0) this.insert(value);
  }
}

/** 1 to 2^52. */
function hash(name: string): number {
  const bytes = createHash('md5').update(name).digest();
  return bytes.readUIntBE(0, 6) * 16 + ((bytes[6] ?? 0) & 15) + 1;
}
