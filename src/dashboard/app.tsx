/** The frame of every page: skip link, navigation, what is known of the connection, and the page itself. */
import { Announcer } from './components/announcer';
import { BasinPatterns } from './components/basin-patterns';
import { ConnectionBanner } from './components/connection-banner';
import { KeyPrompt } from './components/key-prompt';
import { SiteFooter } from './components/site-footer';
import { SiteHeader } from './components/site-header';
import { useConnection } from './connection/use-connection';
import { CurrentPage } from './pages/current-page';
import { useRoute } from './routing/navigate';

export function App() {
  const route = useRoute();
  const state = useConnection();
  return (
    <>
      <a class="skip-link" href="#content">
        Skip to the content
      </a>
      <BasinPatterns />
      <SiteHeader route={route} />
      <main id="content" tabIndex={-1}>
        <ConnectionBanner state={state} />
        {state.kind === 'key-needed' ? <KeyPrompt wasRefused={state.wasRefused} /> : <CurrentPage route={route} />}
      </main>
      <SiteFooter />
      <Announcer />
    </>
  );
}
