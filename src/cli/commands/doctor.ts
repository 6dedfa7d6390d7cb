/** `sluice doctor`: whether this machine, the configuration and the servers are fit to work. */
import type { Command } from 'commander';
import { describeConfig } from '../../config/config';
import { addCommonOptions, type Runner } from '../command';
import { checkDatabase, checkNode, checkTemporal, type Check } from '../doctor-checks';
import { EXIT_DONE, exitCodeOfError } from '../exit-code';
import type { Style } from '../terminal/style';
import { harmless } from '../terminal/text-width';

export function registerDoctor(program: Command, run: Runner): void {
  const command = program
    .command('doctor')
    .description('Check this machine, the configuration and the servers.')
    .action(
      run(async ({ io, config }) => {
        const { findRunningServers } = await import('../../embedded/servers.js');
        const running = await findRunningServers(config.stateDir);
        const checks = [
          checkNode(process.versions.node),
          ...(await Promise.all([
            checkDatabase(config.databaseUrl ?? running?.databaseUrl),
            checkTemporal(config, config.temporal.isConfigured ? config.temporal.address : running?.temporalAddress),
          ])),
        ];
        const settings = describeConfig(config);
        if (io.isJson)
          io.printJson({
            checks: checks.map(({ name, detail, problem }) => ({ name, ok: !problem, detail, hint: problem?.hint ?? null })),
            settings,
          });
        else io.print(...checkLines(checks, io.style), '', ...settingLines(settings, io.style));
        const codes = checks.flatMap(({ problem }) => (problem ? [exitCodeOfError(problem.code)] : []));
        return codes[0] ?? EXIT_DONE;
      }),
    );
  addCommonOptions(command);
}

function checkLines(checks: readonly Check[], style: Style): string[] {
  const width = Math.max(...checks.map(({ name }) => name.length));
  return checks.flatMap(({ name, detail, problem }) => [
    `${problem ? style.bad('✗') : style.good('✓')} ${name.padEnd(width)}  ${harmless(detail)}`,
    ...(problem ? [`  ${' '.repeat(width)}  ${problem.hint}`] : []),
  ]);
}

function settingLines(settings: ReturnType<typeof describeConfig>, style: Style): string[] {
  const width = Math.max(...settings.map(({ name }) => name.length));
  return settings.map(({ name, value, origin }) => `${style.dim(name.padEnd(width))}  ${harmless(value)}  ${style.dim(origin)}`);
}
