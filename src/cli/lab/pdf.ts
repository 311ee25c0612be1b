/**
 * `ringlight lab pdf FOLDER`: every figure of a run or a sweep as PDF, beside its SVG. PDFKit does it, and is
 * installed by those who want it.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileReason } from '../../files.ts';
import { loadPdfMakers, type PdfMakers, pdfOf } from '../../results/pdf.ts';
import { CommandError, type Console, counted } from '../console.ts';

/** @throws CommandError that says what to install, when it is not. */
export async function openPdf(load: () => Promise<PdfMakers> = loadPdfMakers): Promise<PdfMakers> {
  return load().catch(() => {
    throw new CommandError(
      'this needs PDFKit, which is not installed: npm install pdfkit svg-to-pdfkit',
      2,
      'NOT_INSTALLED',
    );
  });
}

/** Writes a PDF for each SVG in a folder and those below it. */
export async function writePdfs(folder: string, console: Console): Promise<void> {
  const figures = figuresBelow(folder);
  const makers = await openPdf();
  const files: string[] = [];
  for (const figure of figures) {
    const file = figure.replace(/\.svg$/, '.pdf');
    try {
      writeFileSync(file, await pdfOf(readFileSync(figure, 'utf8'), makers));
    } catch (error) {
      throw new CommandError(`${figure}: ${(error as Error).message}`, 1, 'PDF');
    }
    files.push(file);
    console.emit('pdf', { file });
    console.say(file);
  }
  console.emit('result', { files });
  console.say(`${counted(files.length, 'figure')} as PDF`);
}

function figuresBelow(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    throw new CommandError(`${folder}: ${fileReason(error)}`, 2, 'USAGE');
  }
  const figures = names.filter((name) => name.endsWith('.svg')).sort();
  if (figures.length > 0) return figures.map((name) => join(folder, name));
  throw new CommandError(`${folder}: there are no figures in it`, 2, 'USAGE');
}
