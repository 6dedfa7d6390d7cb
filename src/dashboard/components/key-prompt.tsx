/** Asks for an API key, where the API has keys. */
import { useState } from 'preact/hooks';
import { connection } from '../connection/connection';
import { Field } from './field';
import { Notice } from './notice';
import { PageTitle } from './page-title';

export function KeyPrompt({ wasRefused }: { wasRefused: boolean }) {
  const [key, setKey] = useState('');
  const [isKept, setKept] = useState(false);
  return (
    <form
      class="form"
      onSubmit={(event) => {
        event.preventDefault();
        if (key.trim() !== '') connection.useApiKey(key.trim(), isKept ? 'browser' : 'tab');
      }}
    >
      <PageTitle title="API key" />
      <p>This API serves only who has a key. A key with the scope read shows everything; control starts and steers jobs.</p>
      {wasRefused && <Notice tone="fault" title="The API does not know this key." />}
      <Field label="Key">
        {(attributes) => <input {...attributes} type="password" autocomplete="off" required value={key} onInput={(event) => setKey(event.currentTarget.value)} />}
      </Field>
      <label class="check">
        <input type="checkbox" checked={isKept} onChange={(event) => setKept(event.currentTarget.checked)} />
        Keep it in this browser
      </label>
      <button type="submit" class="button button-main">
        Use this key
      </button>
    </form>
  );
}
