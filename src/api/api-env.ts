/** What every handler finds in its context. */
import type { HttpBindings } from '@hono/node-server';

export interface ApiEnv {
  Bindings: HttpBindings;
  Variables: {
    /** Name of the client's API key; undefined where there are none. */
    client: string | undefined;
  };
}
