import { changeLines } from '../../src/cli/progress/change-lines';
import { RateMeter } from '../../src/cli/progress/rate-meter';
import { LiveRegion } from '../../src/cli/terminal/live-region';
import type { PhaseStatusView } from '../../src/domain/job-view';
import { completedJob, sampleJob, samplePhase } from './sample-job';

describe('lines of changes', () => {
  const job = (changes: Partial<PhaseStatusView>) =>
    sampleJob({ phases: [samplePhase('LOADING', { status: 'RUNNING', itemsTotal: 100, ...changes })] });

  test('at first tell what has begun, and the job', () => {
    expect(changeLines(undefined, sampleJob())).toEqual([
      'LOADING COMPLETED 100% 1,200/1,200, 2 failed',
      'CHUNKING RUNNING 50% 600/1,200',
      'EMBEDDING PAUSED 10% 120/1,200',
      'INDEXING RUNNING 10% 120/1,200: waits for documents',
      'job RUNNING 41%',
    ]);
  });

  test.each([
    ['nothing', {}, {}, []],
    ['a little progress', { progress: 11 }, { progress: 19 }, []],
    ['ten percent', { progress: 19, itemsProcessed: 19 }, { progress: 20, itemsProcessed: 20 }, ['LOADING RUNNING 20% 20/100']],
    ['a status', {}, { status: 'PAUSED', waitReason: 'PAUSED' }, ['LOADING PAUSED 0% 0/100']],
    ['a reason to wait', {}, { waitReason: 'NO_WORKER' }, ['LOADING RUNNING 0% 0/100: no worker is running']],
    ['waiting for another phase', {}, { waitReason: 'UPSTREAM' }, []],
  ] as const)('after %s', (_what, before, now, lines) => {
    expect(changeLines(job(before), job(now))).toEqual(lines);
  });

  test('at the end tell the job', () => {
    expect(changeLines(sampleJob(), completedJob()).at(-1)).toBe('job COMPLETED 100%');
  });
});

describe('the rate', () => {
  const at = (itemsProcessed: number) => ({ phases: [samplePhase('LOADING', { itemsProcessed })] });

  test('is that of the last ten seconds', () => {
    const meter = new RateMeter();
    meter.add(at(0), 0);
    expect(meter.findRate('LOADING')).toBeUndefined();
    for (let second = 1; second <= 20; second += 1) meter.add(at(second * 10), second * 1_000);
    expect(meter.findRate('LOADING')).toBeCloseTo(10);
    for (let second = 21; second <= 35; second += 1) meter.add(at(200), second * 1_000);
    expect(meter.findRate('LOADING')).toBe(0);
  });

  test('is never negative', () => {
    const meter = new RateMeter();
    meter.add(at(100), 0);
    meter.add(at(50), 5_000);
    expect(meter.findRate('LOADING')).toBeUndefined();
  });
});

describe('the live region', () => {
  const recorded = (columns: number) => {
    const stream = {
      text: '',
      columns,
      write(text: string) {
        this.text += text;
      },
    };
    const taken = () => {
      const { text } = stream;
      stream.text = '';
      return text.replace(/\x1b\[\?25[lh]/g, '');
    };
    return { stream, taken, region: new LiveRegion(stream) };
  };

  test('draws over what it drew', () => {
    const { taken, region } = recorded(80);
    region.draw(['a', 'b']);
    expect(taken()).toBe('a\nb\n');
    region.draw(['c', 'd']);
    expect(taken()).toBe('\x1b[2A\r\x1b[0Jc\nd\n');
  });

  test('says lines above itself', () => {
    const { taken, region } = recorded(80);
    region.draw(['a']);
    taken();
    region.say('news');
    expect(taken()).toBe('\x1b[1A\r\x1b[0Jnews\na\n');
    region.clear();
    expect(taken()).toBe('\x1b[1A\r\x1b[0J');
    region.say('more');
    expect(taken()).toBe('more\n');
  });

  test('counts the rows of wrapped lines on a terminal that became narrow', () => {
    const { stream, taken, region } = recorded(80);
    region.draw(['x'.repeat(50), 'y']);
    taken();
    stream.columns = 20;
    region.draw(['z']);
    expect(taken()).toBe('\x1b[4A\r\x1b[0Jz\n');
  });
});
