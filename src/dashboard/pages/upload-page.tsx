/** Sends documents of this computer and starts a job on them. */
import { useState } from 'preact/hooks';
import { CollectionField } from '../components/collection-field';
import { Field } from '../components/field';
import { PageTitle } from '../components/page-title';
import { ProblemNotice } from '../components/problem-notice';
import { useAction } from '../connection/use-action';
import { navigate } from '../routing/navigate';
import { byteSize, counted } from '../words/quantities';

export function UploadPage({ collection: given = '' }: { collection?: string }) {
  const [collection, setCollection] = useState(given);
  const [name, setName] = useState('');
  const [files, setFiles] = useState<readonly File[]>([]);
  const action = useAction();
  const size = `${counted(files.length, 'file')}, ${byteSize(files.reduce((sum, file) => sum + file.size, 0))}`;
  const send = (event: Event): void => {
    event.preventDefault();
    void action.run(async (client) => {
      const { jobId } = await client.uploadDocuments(collection.trim(), files.map((file) => ({ name: file.name, content: file })), { upload: name.trim() || undefined });
      navigate({ page: 'job', jobId });
    });
  };
  return (
    <form class="form" onSubmit={send}>
      <PageTitle title="Upload" />
      <p class="section-note">Each file becomes a document, or, of JSONL, each record. At most 1,000 files and 1 GiB at once.</p>
      <ProblemNotice title="The documents were not taken." error={action.error} />
      <CollectionField value={collection} onChange={setCollection} />
      <Field label="Documents" hint="Choose files, or drop them here.">
        {(attributes) => <input {...attributes} type="file" multiple required onChange={(event) => setFiles([...(event.currentTarget.files ?? [])])} />}
      </Field>
      <Field label="Name of the upload (optional)" hint="A later upload of the same name adds to it, and replaces files of the same name.">
        {(attributes) => <input {...attributes} autocomplete="off" spellcheck={false} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
      </Field>
      <button type="submit" class="button button-main" aria-disabled={action.isBusy}>
        {action.isBusy ? `Sending ${size}…` : files.length > 0 ? `Upload ${size}` : 'Upload'}
      </button>
    </form>
  );
}
