import { render } from 'preact';
import { SceneMaker } from './bench-scene.ts';
import { SceneModel } from './model/scene-model.ts';
import { type ViewKind, view } from './model/view-state.ts';
import { Stage } from './stage/stage.tsx';
import './theme.css';

const q = new URLSearchParams(location.search);
const nodes = Number(q.get('nodes') ?? 16);
const overlay = (q.get('overlay') ?? 'ring') as 'ring' | 'mainline';
const names = 'apple banana cherry damson elder fig grape hazel iris juniper kiwi lemon'.split(' ');
const maker = new SceneMaker({
  nodes,
  overlay,
  identities: Number(q.get('ids') ?? 1),
  seed: Number(q.get('seed') ?? 7),
  keys: names,
});
const model = new SceneModel();
for (const m of maker.opening()) model.apply(m);
for (let i = 0; i < 30; i++)
  for (const m of maker.pass(30)) if (m.type !== 'flights' || q.has('flights')) model.apply(m);
view.theme.value = (q.get('theme') ?? 'dark') as 'dark';
document.documentElement.dataset.theme = q.get('theme') ?? 'dark';
view.viewKind.value = (q.get('view') ?? 'ring') as ViewKind;
if (q.has('key')) view.selectedKey.value = maker.keyView(q.get('key')!).key;
if (q.has('node')) {
  view.selectedNode.value = Number(q.get('node'));
  model.apply(maker.nodeView(Number(q.get('node'))));
}
if (q.has('lookup')) {
  model.apply(maker.lookup(1, q.get('lookup')!));
  view.selectedLookup.value = 1;
  view.lookupStep.value = Number(q.get('step') ?? -1);
}
(model.playing as any).value = false;
Object.assign(window, { model, view, maker });
render(
  <div style="position:fixed;inset:0">
    <Stage model={model} send={(c) => console.log(JSON.stringify(c))} label="Left" />
  </div>,
  document.body,
);
