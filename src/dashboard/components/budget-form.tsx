/** Raises the budget of a job whose embedding has used it up, and goes on. */
import { useState } from 'preact/hooks';
import type { Action } from '../connection/use-action';
import { Field } from './field';

export function BudgetForm({ jobId, action }: { jobId: string; action: Action }) {
  const [maxTokens, setMaxTokens] = useState('');
  const raise = (event: Event): void => {
    event.preventDefault();
    void action.run((client) => client.resumeJob(jobId, { phase: 'EMBEDDING', maxTokens: Number(maxTokens) }));
  };
  return (
    <form class="budget-form" onSubmit={raise}>
      <Field label="New budget in tokens">
        {(attributes) => (
          <input {...attributes} required inputMode="numeric" autocomplete="off" value={maxTokens} onInput={(event) => setMaxTokens(event.currentTarget.value)} />
        )}
      </Field>
      <button type="submit" class="button" aria-disabled={action.isBusy}>
        Raise and resume
      </button>
    </form>
  );
}
