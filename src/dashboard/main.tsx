/** Begins here. */
import { render } from 'preact';
import { App } from './app';
import { applyTheme, findTheme } from './theme';
import './styles/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/controls.css';
import './styles/lists.css';
import './styles/channel.css';
import './styles/job.css';
import './styles/search.css';

applyTheme(findTheme());
render(<App />, document.getElementById('app')!);
