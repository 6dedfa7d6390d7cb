import { JOB_TRANSITIONS } from '../../src/domain/job-status';
import { PHASE_TRANSITIONS } from '../../src/domain/phase-status';
import { readText } from './repository';

const diagrams = [...readText('docs/architecture.md').matchAll(/```mermaid\nstateDiagram-v2\n([\s\S]*?)```/g)].map(([, text = '']) => edgesOf(text));

test.each([
  ['JobStatus', JOB_TRANSITIONS, 0],
  ['PhaseStatus', PHASE_TRANSITIONS, 1],
] as const)('the diagram of %s has exactly the transitions of the code', (_name, transitions, index) => {
  const entries = Object.entries(transitions) as [string, readonly string[]][];
  const expected = [
    '[*] --> NOT_STARTED',
    ...entries.flatMap(([from, targets]) => (targets.length === 0 ? [`${from} --> [*]`] : targets.map((to) => `${from} --> ${to}`))),
  ];
  expect(diagrams).toHaveLength(2);
  expect(diagrams[index]?.toSorted()).toEqual(expected.sort());
});

function edgesOf(diagram: string): string[] {
  return diagram
    .split('\n')
    .filter((line) => line.includes('-->'))
    .map((line) => line.replace(/:.*$/, '').trim());
}
