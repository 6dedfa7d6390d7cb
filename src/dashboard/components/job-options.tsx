/** The part of the form for a new job that most jobs leave as it is. */
import type { JobForm } from '../job/job-request';
import { Field } from './field';

interface JobOptionsProps {
  form: JobForm;
  onChange(change: Partial<JobForm>): void;
}

export function JobOptions({ form, onChange }: JobOptionsProps) {
  const input = (name: 'model' | 'dimensions' | 'chunkTokens' | 'maxFailures' | 'maxTokens', mode: 'text' | 'numeric' = 'numeric') => (attributes: object) => (
    <input {...attributes} value={form[name]} inputMode={mode} autocomplete="off" spellcheck={false} onInput={(event) => onChange({ [name]: event.currentTarget.value })} />
  );
  const patterns = (name: 'include' | 'exclude') => (attributes: object) => (
    <textarea {...attributes} rows={2} spellcheck={false} value={form[name]} onInput={(event) => onChange({ [name]: event.currentTarget.value })} />
  );
  const check = (name: 'verify' | 'allowMassRemoval', words: string) => (
    <label class="check">
      <input type="checkbox" checked={form[name]} onChange={(event) => onChange({ [name]: event.currentTarget.checked })} />
      {words}
    </label>
  );
  return (
    <details class="more">
      <summary>Options</summary>
      <div class="fieldset">
        <div class="field-pair">
          <Field label="Only these files" hint="Glob patterns below the folder, one a line: **/*.md">
            {patterns('include')}
          </Field>
          <Field label="Without these files" hint="They win over the others.">
            {patterns('exclude')}
          </Field>
        </div>
        <div class="field-pair">
          <Field label="Embedding" hint="A collection's first job fixes it.">
            {(attributes) => (
              <select {...attributes} value={form.provider} onChange={(event) => onChange({ provider: event.currentTarget.value as JobForm['provider'] })}>
                <option value="">As the collection has it</option>
                <option value="static">static: the model that comes with Sluice</option>
                <option value="openai">openai: a server with OpenAI's API</option>
              </select>
            )}
          </Field>
          <Field label="Chunk size" hint="In tokens. Empty: as the collection has it.">
            {input('chunkTokens')}
          </Field>
        </div>
        {form.provider !== '' && (
          <div class="field-pair">
            <Field label="Model">{input('model', 'text')}</Field>
            <Field label="Dimensions" hint="Empty: the model's own.">
              {input('dimensions')}
            </Field>
          </div>
        )}
        <div class="field-pair">
          <Field label="Failures it bears" hint="Empty: 10, and beyond that 20 % of the documents.">
            {input('maxFailures')}
          </Field>
          <Field label="Budget in tokens" hint="Embedding pauses when they are used up.">
            {input('maxTokens')}
          </Field>
        </div>
        {check('verify', 'Read every document again, even where size and time say that it has not changed')}
        {check('allowMassRemoval', 'Remove documents even when most of the folder has vanished')}
      </div>
    </details>
  );
}
