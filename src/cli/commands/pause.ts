/** `sluice pause JOB`: one phase, or every unfinished one. */
import type { Command } from 'commander';
import type { JobPhase } from '../../domain/job-phase';
import { addCommonOptions, phaseArgument, type Runner } from '../command';
import { reportControl } from '../control-report';
import { withService } from '../with-service';

interface PauseOptions {
  phase?: JobPhase;
}

export function registerPause(program: Command, run: Runner): void {
  const command = program
    .command('pause')
    .description('Pause a phase of a job, or all that are unfinished. What is finished stays.')
    .argument('<job>')
    .option('--phase <phase>', 'LOADING, CHUNKING, EMBEDDING or INDEXING', phaseArgument)
    .action(
      run<PauseOptions>((context, [jobId = ''], { phase }) =>
        withService(context, async (service) => reportControl(context.io, await service.pause(jobId, phase))),
      ),
    );
  addCommonOptions(command);
}
