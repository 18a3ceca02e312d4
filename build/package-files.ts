// What goes into a package, and what of it must lie outside the archive to be loaded or started.
export const packagedFiles = ['dist/electron/**', 'dist/renderer/**', 'package.json', 'LICENSE']

/** Native modules are loaded by the system, WebAssembly and solver workers are started from real files. */
export const unpacked = ['**/*.node', '**/*.wasm', '**/node_modules/onnxruntime-node/bin/**', '**/verify/milp/*.js']
