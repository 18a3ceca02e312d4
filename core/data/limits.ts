// How large an input file may claim to be; passed in, so that tests and users can lower or raise it.

/** Limits on what a data file may ask for. */
export interface DataLimits {
  /** Largest decompressed size of one file, in bytes. */
  readonly bytes: number
  /** Largest height or width of an image. */
  readonly side: number
}

export const defaultLimits: DataLimits = { bytes: 2 ** 31, side: 16_384 }

/** Deflate cannot expand more than this, so a gzip file of n bytes never holds more than 1032 n. */
export const largestGzipRatio = 1_032
