/** A question to a collection. */
import { useEffect, useState } from 'preact/hooks';
import type { ComponentChildren } from 'preact';
import { Mark } from './mark';

interface SearchFormProps {
  /** As it was asked last. */
  query: string;
  onSearch(query: string): void;
  /** What stands beside the question. */
  children?: ComponentChildren;
}

export function SearchForm({ query, onSearch, children }: SearchFormProps) {
  const [text, setText] = useState(query);
  useEffect(() => setText(query), [query]);
  return (
    <form
      role="search"
      class="search-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== '') onSearch(text.trim());
      }}
    >
      {children}
      <label class="search-query">
        <span class="visually-hidden">Question</span>
        <input type="search" required placeholder="Ask in words" value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </label>
      <button type="submit" class="button button-main button-with-mark">
        <Mark name="search" /> Search
      </button>
    </form>
  );
}
