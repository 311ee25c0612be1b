/** The studio's front page begins here. */
import { render } from 'preact';

render(<main>Ringlight</main>, document.getElementById('studio')!);
