/** The name of a collection: one that there is, or a new one. */
import { useQuestion } from '../connection/use-question';
import { Field } from './field';

interface CollectionFieldProps {
  value: string;
  onChange(value: string): void;
}

export function CollectionField({ value, onChange }: CollectionFieldProps) {
  const collections = useQuestion((client) => client.listCollections(), ['collections']).answer ?? [];
  return (
    <Field label="Collection" hint="What is searched together. A new name makes a new one: a-z, 0-9, _ and -.">
      {(attributes) => (
        <>
          <input
            {...attributes}
            required
            list="collections"
            autocomplete="off"
            spellcheck={false}
            value={value}
            onInput={(event) => onChange(event.currentTarget.value)}
          />
          <datalist id="collections">
            {collections.map(({ name }) => (
              <option key={name} value={name} />
            ))}
          </datalist>
        </>
      )}
    </Field>
  );
}
