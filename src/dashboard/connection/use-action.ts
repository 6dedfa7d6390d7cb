/** Something that a user has the API do: once at a time, with what went wrong. */
import { useState } from 'preact/hooks';
import type { SluiceClient } from '../../client';
import { connection } from './connection';

export interface Action {
  isBusy: boolean;
  error: unknown;
  /** Does nothing while it is at work. */
  run(work: (client: SluiceClient) => Promise<void>): Promise<void>;
}

export function useAction(): Action {
  const [state, setState] = useState<{ isBusy: boolean; error: unknown }>({ isBusy: false, error: undefined });
  return {
    ...state,
    async run(work) {
      if (state.isBusy) return;
      setState({ isBusy: true, error: undefined });
      try {
        await work(connection.client);
        setState({ isBusy: false, error: undefined });
      } catch (error) {
        setState({ isBusy: false, error });
      }
    },
  };
}
