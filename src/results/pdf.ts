/**
 * Figures as PDF, for papers. PDFKit makes the file and svg-to-pdfkit reads our SVG: together they are larger
 * than we are, so whoever wants PDF installs them. Nothing in the file depends on the day.
 */

/** What is loaded when somebody wants a PDF. */
export interface PdfMakers {
  PDFDocument: new (options: object) => NodeJS.ReadableStream & { end(): void };
  draw(document: object, svg: string, x: number, y: number, options: object): void;
}

/** A point is 3/4 of a pixel of CSS. */
const POINTS_PER_PIXEL = 0.75;

/** @throws Error when one of the two is not installed. */
export async function loadPdfMakers(): Promise<PdfMakers> {
  // Whoever has no PDF to make has neither of them, and no types of them.
  const [{ default: PDFDocument }, { default: draw }] = await Promise.all([
    // @ts-expect-error
    import('pdfkit'),
    // @ts-expect-error
    import('svg-to-pdfkit'),
  ]);
  return { PDFDocument, draw };
}

/** One figure as a page of its own size. @throws RangeError for text that is no figure of ours. */
export async function pdfOf(svg: string, { PDFDocument, draw }: PdfMakers): Promise<Uint8Array> {
  const [, width, height] = /^<svg [^>]*?\bwidth="(\d+)" height="(\d+)"/.exec(svg) ?? [];
  if (width === undefined) throw new RangeError('expected an SVG that says its width and height');
  const size = [Number(width), Number(height)].map((pixels) => pixels * POINTS_PER_PIXEL);
  const document = new PDFDocument({ size, margin: 0, info: { CreationDate: new Date(0) } });
  const chunks: Uint8Array[] = [];
  document.on('data', (chunk: Uint8Array) => chunks.push(chunk));
  const ended = new Promise((resolve) => document.on('end', resolve));
  // Ink on paper: `currentColor` is the colour that the figure names.
  draw(document, svg.replace(/<style>.*?<\/style>/, ''), 0, 0, { assumePt: false });
  document.end();
  await ended;
  return Buffer.concat(chunks);
}
