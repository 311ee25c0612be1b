/**
 * The pages of the site and the order in which they stand in its margin. Each is a file of the
 * repository, whose first heading is its title; those that are made of code are in generated.mjs.
 */

/** @typedef {{ group: string, pages: readonly string[] }} Group */

/** @type {readonly Group[]} */
export const CONTENTS = [
  {
    group: 'Begin here',
    pages: [
      'docs/tutorials/developer.md',
      'docs/tutorials/researcher.md',
      'docs/tutorials/student.md',
      'docs/testing.md',
    ],
  },
  {
    group: 'Guides',
    pages: [
      'docs/mainline.md',
      'docs/ring.md',
      'docs/ring-service.md',
      'docs/lab.md',
      'docs/your-protocol.md',
      'docs/student-nodes.md',
      'docs/results.md',
      'docs/notebooks.md',
      'docs/studio.md',
      'docs/recordings.md',
      'docs/events-and-metrics.md',
    ],
  },
  {
    group: 'Good to know',
    pages: [
      'docs/promises.md',
      'docs/why-did-my-put-fail.md',
      'docs/attacks.md',
      'docs/glossary.md',
      'docs/runtimes.md',
      'docs/conformance.md',
    ],
  },
  {
    group: 'Experiments',
    pages: [
      'docs/experiments/kad-hops.md',
      'docs/experiments/mdht-lookup-latency.md',
      'docs/experiments/nat-reach.md',
      'docs/experiments/timeout-policy.md',
      'docs/experiments/churn-pvc.md',
      'docs/experiments/size-estimate.md',
      'docs/experiments/replica-survival.md',
      'docs/experiments/chord-load.md',
      'docs/experiments/chord-path.md',
      'docs/experiments/chord-stretch.md',
      'docs/experiments/chord-massfail.md',
      'docs/experiments/chord-churn.md',
      'docs/experiments/ring-survival.md',
      'docs/experiments/ring-split.md',
      'docs/experiments/attacks.md',
      'docs/experiments/sybil-eclipse.md',
      'docs/experiments/detectors.md',
      'docs/experiments/crawl-error.md',
      'docs/experiments/scenario.md',
    ],
  },
  { group: 'Reference', pages: ['docs/commands.md', 'docs/http-api.md', 'docs/lessons.md'] },
  {
    group: 'Project',
    pages: [
      'ARCHITECTURE.md',
      'CHANGELOG.md',
      'CONTRIBUTING.md',
      'SECURITY.md',
      'bench/results.md',
      'bench/lab-results.md',
      'bench/studio-results.md',
    ],
  },
];

/** Pages whose own heading says too little beside the others. @type {Readonly<Record<string, string>>} */
export const TITLES = {
  'bench/lab-results.md': 'Benchmarks of the lab',
  'bench/studio-results.md': 'Benchmarks of the studio',
};
