/** What an operating system says when a file or a folder is not to be had, in words for whoever named it. */

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EEXIST: 'a file of that name is in the way',
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of that path is a file',
  EACCES: 'not permitted',
  EPERM: 'not permitted',
  EROFS: 'it is on a disk that is only read',
  ENOSPC: 'the disk is full',
  EDQUOT: 'no more room is allowed there',
  EMFILE: 'too many files and sockets are open (ulimit -n)',
  ENFILE: 'too many files and sockets are open (ulimit -n)',
};

/** Words for what is known, the system's own message for the rest. */
export function fileReason(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}
