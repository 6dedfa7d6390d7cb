import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { ERROR_KINDS } from '../../src/domain/errors';
import { newIngestionState, viewOf } from '../../src/domain/ingestion-state';
import { perPhase } from '../../src/domain/job-phase';
import { EXIT_INTERRUPTED } from '../../src/cli/exit-code';
import { OPTION_KEYS, flagOf } from '../../src/config/options';
import { documentPages, readText, ROOT, tableRows } from './repository';

const page = readText('docs/cli.md');

function helpOf(...command: string[]): string {
  return execFileSync(process.execPath, [path.join(ROOT, 'dist/src/cli/main.js'), ...command, '--help'], { encoding: 'utf8', env: { ...process.env, NO_COLOR: '1' } });
}

function commandsOfHelp(): string[] {
  const [, commands = ''] = helpOf().split('Commands:\n');
  return [...commands.matchAll(/^ {2}(\w+)/gm)].map(([, name = '']) => name).filter((name) => name !== 'help');
}

test('the page lists the commands of --help, in its order', () => {
  const listed = tableRows(page).flatMap(([first = '']) => (first.startsWith('`sluice ') ? [first.split(/[ `]/)[2]] : []));
  expect(listed).toEqual(commandsOfHelp());
});

test('every command and flag of any page is one that the command line has', () => {
  const commands = commandsOfHelp();
  const used = documentPages().flatMap((file) => [...readText(file).matchAll(/(?:npx |`|^)sluice ([a-z]+)([^`\n#]*)/gm)].map(([, command = '', rest = '']) => ({ file, command, rest })));
  expect(used.length).toBeGreaterThan(30);
  const helps = new Map(commands.map((command) => [command, helpOf(command)]));
  const wrong = used.filter(({ command, rest }) => !helps.has(command) || (rest.match(/--[a-z-]+/g) ?? []).some((flag) => !helps.get(command)?.includes(flag)));
  expect(wrong).toEqual([]);
});

test('every flag that a page names is an option of a command', () => {
  const known = [...commandsOfHelp().map((command) => helpOf(command)), ...OPTION_KEYS.map(flagOf)].join('\n');
  const named = [...page.matchAll(/`(--[a-z-]+)/g)].map(([, flag = '']) => flag);
  expect(named.length).toBeGreaterThan(10);
  expect(named.filter((flag) => flag !== '--help' && !known.includes(flag))).toEqual([]);
});

test('the page gives each error code the exit code of the code', () => {
  const rows = tableRows(page).filter(([first = '']) => /^\d+$/.test(first));
  const described = rows.flatMap(([exitCode, , codes = '']) => codes.split(', ').filter(Boolean).map((code) => [code, Number(exitCode)] as const));
  const expected = Object.entries(ERROR_KINDS).map(([code, { exitCode }]) => [code, exitCode] as const);
  expect(Object.fromEntries(described)).toEqual(Object.fromEntries(expected));
  expect(described).toHaveLength(expected.length);
  expect(rows.map(([exitCode]) => Number(exitCode))).toEqual([0, 1, 2, 3, 4, EXIT_INTERRUPTED]);
});

test('the job on the page has the fields of a JobStatusResponse, in their order', () => {
  const [, json = ''] = /```json\n([\s\S]*?)```/.exec(page) ?? [];
  const example = JSON.parse(json) as ReturnType<typeof viewOf>;
  const state = newIngestionState({ jobId: 'job', collection: 'c', source: { kind: 'folder', path: '/' }, retryOf: null, createdAt: '2026-01-01T00:00:00.000Z' });
  const view = viewOf(state, { activity: perPhase(() => ({ inFlight: 0, waitReason: null })), readFrom: 'workflow', asOf: '2026-01-01T00:00:00.000Z' });
  expect(Object.keys(example)).toEqual(Object.keys(view));
  expect(Object.keys(example.phases[0] ?? {})).toEqual(Object.keys(view.phases[0] ?? {}));
  expect(Object.keys(example.documents)).toEqual(Object.keys(view.documents));
});
