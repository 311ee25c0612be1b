/**
 * What the rooms above the doors need of those below and programs do not: folders, the name that was
 * meant, and what a system says in words. It is no part of the package.
 */
export { nearestName } from './core/argument.ts';
export { bindError } from './io/bind-error.ts';
export { makeDirectory } from './io/directory.ts';
export { fileReason } from './io/file-reason.ts';
