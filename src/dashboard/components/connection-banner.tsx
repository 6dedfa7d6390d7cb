/** Says when the API or one of its servers does not answer, and since when; nothing while all is well. */
import type { ConnectionState } from '../connection/connection';
import { moment } from '../words/quantities';
import { Notice } from './notice';

export function ConnectionBanner({ state }: { state: ConnectionState }) {
  if (state.kind === 'down') {
    return (
      <Notice tone="fault" title={`The API has not answered since ${moment(state.since)}.`}>
        <p class="notice-text">What you see is what was known then. Jobs go on without it. It is asked again every second.</p>
      </Notice>
    );
  }
  if (state.kind !== 'hampered') return null;
  const { database, temporal } = state.readiness;
  return (
    <Notice tone="fault" title={`${[!database.answers && 'Postgres', !temporal.answers && 'Temporal'].filter(Boolean).join(' and ')}: no answer since ${moment(state.since)}.`}>
      {!database.answers && <p class="notice-text">Postgres: {database.why}</p>}
      {!temporal.answers && <p class="notice-text">Temporal: {temporal.why}</p>}
      <p class="notice-hint">Jobs go on when it is back. Both are asked every five seconds.</p>
    </Notice>
  );
}
