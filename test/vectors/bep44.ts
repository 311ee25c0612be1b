/**
 * Vectors of BEP 44, beyond the three of the BEP itself: computed with another encoder, those marked by
 * `spoken` also put into libtorrent 2.0.8 and read back from it.
 */
import { ascii } from '../../src/mainline/krpc/bencode.ts';

export const hexBytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'hex'));

/** 000102…1f. */
export const SEED: Uint8Array = Uint8Array.from({ length: 32 }, (_, i) => i);
export const KEY: Uint8Array = hexBytes(
  '03a107bff3ce10be1d70dd18e74bc09967e4d6309ba50d5f1ddc8664125531b8',
);

export interface MutableVector {
  name: string;
  salt: Uint8Array;
  seq: bigint;
  value: Uint8Array;
  signed: Uint8Array;
  signature: Uint8Array;
  target: Uint8Array;
}

const WITHOUT_SALT = 'fd81a6db64d6faf7f702c07971a82c25c1dc3c90';
const HELLO = '12:Hello World!';

function vector(
  name: string,
  seq: bigint,
  value: string,
  signature: string,
  salt = '',
  target = WITHOUT_SALT,
): MutableVector {
  const head = salt === '' ? '' : `4:salt${salt.length}:${salt}`;
  return {
    name,
    salt: ascii(salt),
    seq,
    value: ascii(value),
    signed: ascii(`${head}3:seqi${seq}e1:v${value}`),
    signature: hexBytes(signature),
    target: hexBytes(target),
  };
}

export const MUTABLE: readonly MutableVector[] = [
  vector(
    'A',
    0n,
    HELLO,
    '04e978c5351e6206073673f909fb5de7739adda7ea37b5d59fc4e92d64590597f2af70f6effced162ab3453ab79b7c3ffc754fc322bb37d6c19064d76d08170e',
  ),
  vector(
    'B',
    1n,
    HELLO,
    '8c2070fc66e456d36c9177eb1570448eba3068c1f7c74f2cc9a3af506bed7a9dbfb74481eeb2185684d591a0f87b6ec8cd911ecabc49f68f5f3e973b8df9d908',
  ),
  vector(
    'C',
    4n,
    HELLO,
    '834b2bcba81ce858186b13694e5789f22fdbea1f437b54891b2e64ea19ebba91af627c155722610daa814dfffb38dca70f940a022a8ba74f169d3beb0e27d307',
    'foobar',
    '261cffe077fb97383c8577085ba2c4d7fb2dee1f',
  ),
  vector(
    'D',
    1n,
    HELLO,
    '440953c86495ec5a1a9b158cf6a2e9c7b3856787bee798a4a2c23ae693f76dea52cf381e44c084af6b68d33f12e6f68b5f878544b3e099f13c3f5ea787c96906',
    's'.repeat(64),
    '674b3ad3a206ca9f67f39fc5448602b2907d1e53',
  ),
  vector(
    'E',
    2n ** 53n,
    HELLO,
    '74b786ec7b0b2fb26741fa675d3279fe3687280733cb29a292a6aceb5aa8236987705eec20c922ecb32cda4937d65c1667dea354e7907c5ec9a320e508775b05',
  ),
  vector(
    'F',
    2n ** 63n - 1n,
    HELLO,
    '3668fcfc5947a78532d2ef0377e37a5b396a465fb55aa43d28076a97a912d4cdefbd4262d885b8edff14681c41a68218e315006f1d9b5013d4e0b35a3e57680b',
  ),
  vector(
    'G',
    1n,
    'i42e',
    '19834ed1f50b3bc42adade7ce39de4c55b3d69bbeda83cdda337cea40eda56425dc9c4a9b5e08aa99e4dedef6f9f29198045d497c30e635791cc129640820702',
  ),
  vector(
    'H',
    1n,
    'l1:ai1ee',
    '36b9c0d7e5ac5fceab51fed611e9a592fa8096d9a109bab5904c507de9d5519693959e18818bf416df9f9a63be6064b2f433fca796edabe8fa6d829e3c125c00',
  ),
  vector(
    'I',
    1n,
    `d2:ih20:${'\xaa'.repeat(20)}e`,
    'efa56935789c167f8fa03e70d4ba83dc19d55b8517be39a06c45ca29b06252010b026a203b167c7c058136c3dcbda9f03becd4d3109406a4d9a9906f4cd34c0a',
  ),
  vector(
    'J',
    1n,
    '0:',
    '685bbe937165e69758d31b39d9fffcfab5a49c7fde4529ab189a2054569dc1cc0be84b58b374ef2239dc6a93dca68e0d20b7daad623471fa5bdd02a172156503',
  ),
  vector(
    'K',
    1n,
    `996:${'x'.repeat(996)}`,
    '08af32970886a7f0dbf4829b28615ddacb6ec60f14bba9b83be2fd632b333c8ddc671163569a7056369657082121fb112597f5d5c0b578db62f126de07c10805',
  ),
  vector(
    'L',
    1n,
    HELLO,
    'a5eda18df0ca36b932cc94c7b8c72820d31a5b8d6f381f8a4b6321180a341059a789bcead4ba4e52430cc28610b4836f78581de39507daf9759d7f5d3c967b07',
    '\x00\xff',
    '3c8d5f6e07dcbac3077c4760ebffd8e470917bef',
  ),
];

/** Of the BEP: key, signature of test 1 and 2, and what must fail: the first with S + L. */
export const BEP_KEY: Uint8Array = hexBytes(
  '77ff84905a91936367c01360803104f92432fcd904a43511876df5cdf3e7e548',
);
export const BEP_SIGNATURES: readonly [salt: string, signature: Uint8Array, target: Uint8Array][] =
  [
    [
      '',
      hexBytes(
        '305ac8aeb6c9c151fa120f120ea2cfb923564e11552d06a5d856091e5e853cff1260d3f39e4999684aa92eb73ffd136e6f4f3ecbfda0ce53a1608ecd7ae21f01',
      ),
      hexBytes('4a533d47ec9c7d95b1ad75f576cffc641853b750'),
    ],
    [
      'foobar',
      hexBytes(
        '6834284b6b24c3204eb2fea824d82f88883a3d95e8b4a21b8c0ded553d17d17ddf9a8a7104b1258f30bed3787e6cb896fca78c58f8e03b5f18f14951a87d9a08',
      ),
      hexBytes('411eba73b6f087ca51a3795d9c8c938d365e32c1'),
    ],
  ];
export const MALLEATED: Uint8Array = hexBytes(
  '305ac8aeb6c9c151fa120f120ea2cfb923564e11552d06a5d856091e5e853cffff33c950b9acabc02046265a1ef7f2826f4f3ecbfda0ce53a1608ecd7ae21f11',
);

/** Values and the targets under which they are immutable items. */
export const IMMUTABLE: readonly [value: string, target: string][] = [
  [HELLO, 'e5f96f6f38320f0f33959cb4d3d656452117aadb'],
  ['i42e', '3ce69356df4222111c27b41cccf2164e6cced799'],
  ['i0e', 'a6488b97c65e2fc2befd4261f70ac5570c7a7e42'],
  ['i-1e', '76d8edb077ecae64907d68e006d42e21befef4d3'],
  ['0:', 'b44b82a4bc6c35f6ad5e9fceefef9509c17fba74'],
  ['le', '593b743b207e10ff55ec63e71a46c07909d0880a'],
  ['de', '600ccd1b71569232d01d110bc63e906beab04d8c'],
  ['l1:ai1ee', 'd3fb7084757f93759d2025bc9ec8a335686eb8e3'],
  ['d1:ai1e1:bi2ee', '03aab088b8611fccab8c93bb4501ccc79da914fd'],
  [`996:${'x'.repeat(996)}`, '360592535a3b3aa674dd44d3359b19f5fdaba9e8'],
];

const T = String.fromCharCode(...hexBytes(WITHOUT_SALT));
const K = String.fromCharCode(...KEY);
const B = String.fromCharCode(...MUTABLE[1].signature);
const C = String.fromCharCode(...MUTABLE[2].signature);

/** Whole messages, their `v` of BEP 20 left out. */
export const MESSAGES = {
  get: `d1:ad2:id20:abcdefghij01234567896:target20:${T}e1:q3:get1:t2:aa1:y1:qe`,
  getNewer: `d1:ad2:id20:abcdefghij01234567893:seqi1e6:target20:${T}e1:q3:get1:t2:aa1:y1:qe`,
  mutable: `d1:rd2:id20:mnopqrstuvwxyz1234561:k32:${K}5:nodes0:3:seqi1e3:sig64:${B}5:token8:aoeusnth1:v12:Hello World!e1:t2:aa1:y1:re`,
  notNewer: 'd1:rd2:id20:mnopqrstuvwxyz1234565:nodes0:3:seqi1e5:token8:aoeusnthe1:t2:aa1:y1:re',
  immutable:
    'd1:rd2:id20:mnopqrstuvwxyz1234565:nodes0:5:token8:aoeusnth1:v12:Hello World!e1:t2:aa1:y1:re',
  putMutable: `d1:ad2:id20:abcdefghij01234567891:k32:${K}3:seqi1e3:sig64:${B}5:token8:aoeusnth1:v12:Hello World!e1:q3:put1:t2:aa1:y1:qe`,
  putCas: `d1:ad3:casi3e2:id20:abcdefghij01234567891:k32:${K}4:salt6:foobar3:seqi4e3:sig64:${C}5:token8:aoeusnth1:v12:Hello World!e1:q3:put1:t2:aa1:y1:qe`,
  putImmutable:
    'd1:ad2:id20:abcdefghij01234567895:token8:aoeusnth1:v12:Hello World!e1:q3:put1:t2:aa1:y1:qe',
  error: 'd1:eli301e12:CAS mismatche1:t2:aa1:y1:ee',
} as const;
