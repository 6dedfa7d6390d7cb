/** Tells UTF-8 with damaged places from text in another charset. */

const SAMPLE_BYTES = 1024 * 1024;

/**
 * Looks at runs of bytes beyond ASCII. In UTF-8 a run decodes as a whole and has at least two bytes; in a single-byte charset most runs are
 * one letter between ASCII ones; in a double-byte charset runs are long and hardly ever valid.
 */
export function isDamagedUtf8(bytes: Buffer): boolean {
  const sample = bytes.subarray(0, SAMPLE_BYTES);
  let valid = 0;
  let damaged = 0;
  let single = 0;
  for (let index = 0; index < sample.length; index++) {
    if ((sample[index] ?? 0) < 0x80) continue;
    const start = index;
    while (index < sample.length && (sample[index] ?? 0) >= 0x80) index++;
    if (index - start === 1) single++;
    if (sample.toString('utf8', start, index).includes('\uFFFD')) damaged++;
    else valid++;
  }
  return valid > damaged || (valid * 10 > damaged && single * 10 <= damaged && sample.length < 4096);
}
