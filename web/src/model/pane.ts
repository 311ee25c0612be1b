/**
 * What a panel or a stage is given: the scene it shows and a way to ask its source for something.
 * `send` reaches one scene or both, as the viewer has chosen; a panel need not know.
 */
import type { Command } from 'ringlight/scene';
import type { SceneModel } from './scene-model.ts';

export interface PaneProps {
  model: SceneModel;
  send: (command: Command) => void;
}
