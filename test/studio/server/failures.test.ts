import { expect, test } from 'vitest';
import { SiteError, StudioError } from '../../../src/studio/server/failures.ts';

test('failures are known by name and code', () => {
  expect(new StudioError('ADDRESS_IN_USE', 'the port is taken')).toMatchObject({
    ...{ name: 'StudioError', code: 'ADDRESS_IN_USE', message: 'the port is taken' },
  });
  expect(new SiteError('no pages')).toMatchObject({ name: 'SiteError', code: 'SITE_MISSING' });
});
