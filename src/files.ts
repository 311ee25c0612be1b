/**
 * What the rooms above the doors need of those below and programs do not: folders, and the name that was
 * meant. It is no part of the package.
 */
export { nearestName } from './core/argument.ts';
export { makeDirectory } from './io/directory.ts';
