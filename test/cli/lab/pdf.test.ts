/** `lab pdf` without what it needs, and where there is nothing to draw. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openConsole } from '../../../src/cli/console.ts';
import { openPdf, writePdfs } from '../../../src/cli/lab/pdf.ts';

test('what is missing is told, and how to get it', async () => {
  await expect(openPdf(() => Promise.reject(new Error('no')))).rejects.toMatchObject({
    code: 'NOT_INSTALLED',
    message: 'this needs PDFKit, which is not installed: npm install pdfkit svg-to-pdfkit',
  });
});

test('a folder without figures, and none', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringlight-pdf-'));
  const console = openConsole(true);
  try {
    await expect(writePdfs(folder, console)).rejects.toThrow('there are no figures in it');
    await expect(writePdfs(join(folder, 'none'), console)).rejects.toThrow(
      'there is no such file or folder',
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
