/** Hands something over as a file: a table as CSV, a drawing as SVG. It is made when it is asked for. */
import { download } from './download.ts';
import { Icon } from './icon.tsx';

const TYPES = { csv: 'text/csv', svg: 'image/svg+xml' } as const;

export interface FileButtonProps {
  /** Of the file, without its ending. */
  readonly name: string;
  readonly kind: keyof typeof TYPES;
  readonly text: () => string;
  readonly title?: string;
}

export function FileButton({ name, kind, text, title }: FileButtonProps) {
  return (
    <button
      type="button"
      title={title}
      onClick={() => download(`${name}.${kind}`, text(), TYPES[kind])}
    >
      <Icon name="download" />
      {kind.toUpperCase()}
    </button>
  );
}
