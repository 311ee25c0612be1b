/** The experiments that rest now and then, and so can be saved: one world, or a few, that live long. */
import { chordChurnSteps, type Recorder, type Steps, scenarioSteps } from '../../lab.ts';

/** By name; the options are checked, the recorder hears the whole run. */
export const SAVABLE: Readonly<
  Record<string, (options: never, recorder: Recorder | null) => Steps>
> = {
  scenario: scenarioSteps,
  'chord-churn': chordChurnSteps,
};
