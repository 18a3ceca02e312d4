// The catalogue: official datasets, their files with sizes and SHA-256, where they can be had, and how they are unpacked.

export interface CatalogueFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

export interface CatalogueEntry {
  readonly name: string
  readonly title: string
  /** Where the authors publish it, for people. */
  readonly home: string
  /** Folders the files can be fetched from, best first; a file's address is the folder and its name. */
  readonly mirrors: readonly string[]
  readonly files: readonly CatalogueFile[]
  /** Of an archive: which of its files are taken out, without their folders. */
  readonly unpack?: { readonly archive: string; readonly take: RegExp }
}

/** Sizes and hashes as the authors' files have them (MNIST, Fashion-MNIST: gzip; CIFAR: binary version; SVHN: cropped digits). */
export const catalogue: readonly CatalogueEntry[] = [
  {
    name: 'mnist',
    title: 'MNIST, handwritten digits',
    home: 'http://yann.lecun.com/exdb/mnist/',
    mirrors: [
      'https://storage.googleapis.com/cvdf-datasets/mnist/',
      'https://ossci-datasets.s3.amazonaws.com/mnist/',
      'http://yann.lecun.com/exdb/mnist/',
    ],
    files: [
      { name: 'train-images-idx3-ubyte.gz', bytes: 9_912_422, sha256: '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609' },
      { name: 'train-labels-idx1-ubyte.gz', bytes: 28_881, sha256: '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c' },
      { name: 't10k-images-idx3-ubyte.gz', bytes: 1_648_877, sha256: '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6' },
      { name: 't10k-labels-idx1-ubyte.gz', bytes: 4_542, sha256: 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6' },
    ], // prettier-ignore
  },
  {
    name: 'fashion-mnist',
    title: 'Fashion-MNIST, articles of clothing',
    home: 'https://github.com/zalandoresearch/fashion-mnist',
    mirrors: [
      'http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/',
      'https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/',
    ],
    files: [
      { name: 'train-images-idx3-ubyte.gz', bytes: 26_421_880, sha256: '3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84' },
      { name: 'train-labels-idx1-ubyte.gz', bytes: 29_515, sha256: 'a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845' },
      { name: 't10k-images-idx3-ubyte.gz', bytes: 4_422_102, sha256: '346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073' },
      { name: 't10k-labels-idx1-ubyte.gz', bytes: 5_148, sha256: '67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5' },
    ], // prettier-ignore
  },
  {
    name: 'cifar10',
    title: 'CIFAR-10, small colour photographs',
    home: 'https://www.cs.toronto.edu/~kriz/cifar.html',
    mirrors: ['https://www.cs.toronto.edu/~kriz/'],
    files: [
      { name: 'cifar-10-binary.tar.gz', bytes: 170_052_171, sha256: 'c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd' },
    ], // prettier-ignore
    unpack: { archive: 'cifar-10-binary.tar.gz', take: /^(data_batch_[1-5]|test_batch)\.bin$|^batches\.meta\.txt$/ },
  },
  {
    name: 'svhn',
    title: 'SVHN, house numbers, cropped digits',
    home: 'http://ufldl.stanford.edu/housenumbers/',
    mirrors: ['http://ufldl.stanford.edu/housenumbers/'],
    files: [
      { name: 'train_32x32.mat', bytes: 182_040_794, sha256: '435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8' },
      { name: 'test_32x32.mat', bytes: 64_275_384, sha256: 'cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b' },
    ], // prettier-ignore
  },
]
