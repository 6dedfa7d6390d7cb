/** Starts a job on a folder that the worker sees. */
import { useState } from 'preact/hooks';
import { CollectionField } from '../components/collection-field';
import { Field } from '../components/field';
import { JobOptions } from '../components/job-options';
import { PageTitle } from '../components/page-title';
import { ProblemNotice } from '../components/problem-notice';
import { useAction } from '../connection/use-action';
import { EMPTY_JOB_FORM, jobRequest, type JobForm } from '../job/job-request';
import { Link } from '../routing/link';
import { navigate } from '../routing/navigate';

export function NewJobPage({ collection = '' }: { collection?: string }) {
  const [form, setForm] = useState<JobForm>({ ...EMPTY_JOB_FORM, collection });
  // The same form sent twice, over a connection that broke, is one job.
  const [idempotencyKey, setIdempotencyKey] = useState(newKey);
  const action = useAction();
  const change = (changed: Partial<JobForm>): void => {
    setForm((last) => ({ ...last, ...changed }));
    setIdempotencyKey(newKey());
  };
  const start = (event: Event): void => {
    event.preventDefault();
    void action.run(async (client) => {
      const { jobId } = await client.startJob(jobRequest(form), { idempotencyKey });
      navigate({ page: 'job', jobId });
    });
  };
  return (
    <form class="form" onSubmit={start}>
      <PageTitle title="New job" />
      <p class="section-note">
        Takes the documents of a folder into a collection: what is new and changed is read, what is gone is removed. From this computer? <Link to={{ page: 'upload', collection: form.collection }}>Upload documents</Link>.
      </p>
      <ProblemNotice title="The job was not started." error={action.error} />
      <CollectionField value={form.collection} onChange={(value) => change({ collection: value })} />
      <Field label="Folder or file" hint="A path on the machine of the worker, below where the server was started or its SLUICE_SOURCE_ROOTS.">
        {(attributes) => (
          <input {...attributes} required autocomplete="off" spellcheck={false} value={form.path} onInput={(event) => change({ path: event.currentTarget.value })} />
        )}
      </Field>
      <JobOptions form={form} onChange={change} />
      <button type="submit" class="button button-main" aria-disabled={action.isBusy}>
        {action.isBusy ? 'Starting…' : 'Start the job'}
      </button>
    </form>
  );
}

/** Also where the page came over plain HTTP, which knows no crypto.randomUUID. */
function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
