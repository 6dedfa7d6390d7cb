/** Child process of sdk-download.ts: lets the SDK download its server into the folder given as argument, and exits 0 when it is there. */
import { TestWorkflowEnvironment } from '@temporalio/testing';

async function main(downloadDir: string): Promise<void> {
  const environment = await TestWorkflowEnvironment.createLocal({ server: { executable: { type: 'cached-download', downloadDir } } });
  await environment.teardown();
}

process.on('disconnect', () => process.exit(1));
main(process.argv[2] ?? '').then(
  () => process.exit(0),
  (error: Error) => {
    const reason = /[^:]+: [^:]+$/.exec(error.message)?.[0].trim() ?? error.message;
    process.send?.(reason, () => process.exit(1));
  },
);
