/** A passage that was found: where it stands, what it says, and where it came from. */
import type { SearchResult } from '../../client';
import { Link } from '../routing/link';
import { highlighted } from '../words/highlight';

interface PassageProps {
  collection: string;
  query: string;
  result: SearchResult;
}

export function Passage({ collection, query, result }: PassageProps) {
  const { documentUri, source, headingPath, text, startOffset, endOffset, arms } = result;
  const foundBy = [arms.lexical !== null && 'words', arms.vector !== null && 'meaning'].filter(Boolean).join(' and ');
  return (
    <li class="passage">
      <h2 class="passage-title">
        <Link to={{ page: 'document', collection, uri: documentUri, source, start: startOffset, end: endOffset }}>{headingPath.at(-1) ?? documentUri}</Link>
      </h2>
      <p class="passage-place">
        <span class="path">{documentUri}</span>
        {headingPath.length > 1 && ` › ${headingPath.slice(0, -1).join(' › ')}`}
      </p>
      <p class="passage-text">
        {highlighted(text, query).map((part, index) => (part.isFound ? <mark key={index}>{part.text}</mark> : part.text))}
      </p>
      <p class="passage-source">
        By {foundBy}, from <span class="path">{source}</span>
      </p>
    </li>
  );
}
