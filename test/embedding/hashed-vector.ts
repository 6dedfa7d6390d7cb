/**
 * A vector that depends on nothing but the text: each word adds 1 or −1 to a component that its hash chooses, so that texts which share
 * words are near each other and a search finds something sensible.
 * @returns length 1
 */
export function hashedVector(text: string, dimensions: number): Float32Array<ArrayBuffer> {
  const vector = new Float32Array(dimensions);
  const words = text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text];
  for (const word of [...words, `whole ${text}`]) {
    const hash = fnv1a(word);
    vector[hash % dimensions]! += hash & 0x40000000 ? 1 : -1;
  }
  const length = Math.hypot(...vector);
  // Opposite words may cancel out.
  if (length === 0) vector[0] = 1;
  else for (let index = 0; index < dimensions; index++) vector[index]! /= length;
  return vector;
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}
