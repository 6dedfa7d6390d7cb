/** What pausing and resuming answer. */
import type { ControlAnswer } from '../service/ingestion-service';
import type { CliIo } from './cli-io';
import { EXIT_DONE } from './exit-code';
import { phaseBars } from './progress/phase-bars';

/** Answers the exit code: a request that is stored is as good as done. */
export function reportControl(io: CliIo, answer: ControlAnswer): number {
  if (io.isJson) io.printJson(answer);
  else if (!answer.confirmed || !answer.phases) io.print('Requested: no worker answered in time, so it is applied when one is back.');
  else io.print(...phaseBars({ phases: answer.phases }, { columns: io.stdout.columns ?? 100, style: io.style }));
  return EXIT_DONE;
}
