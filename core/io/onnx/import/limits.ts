// How large an imported model may be; checked before anything of that size is allocated.

/** Largest decompressed file, in bytes. */
export const maximumBytes = 2 ** 31
/** Most elements of one value of the graph, and most pixels that all windows of a pooling layer see together. */
export const maximumElements = 2 ** 23
/** Most elements of one tensor in the file; its bytes must be there too. */
export const maximumTensor = 2 ** 30
/** Most weights of a matrix that an operator is rewritten into (512 MiB of float64). */
export const maximumWeights = 2 ** 26
/** Most products in one evaluation of the network: twice what VGG-16 takes. */
export const maximumWork = 2 ** 35
/** Most nodes of a graph: what a saved network may hold. */
export const maximumNodes = 100_000
