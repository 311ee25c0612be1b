/**
 * The door to the file system, for the rooms above the doors; it is no part of the package.
 */
export { makeDirectory } from './io/directory.ts';
