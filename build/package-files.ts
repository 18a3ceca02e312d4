// What goes into a package, and what of it must lie outside the archive to be loaded or started.
export const packagedFiles = [
  ...['dist/electron/**', 'dist/renderer/**', 'package.json', 'LICENSE'],
  // Binaries of other systems, what SQLite was built from, and maps for debuggers: two thirds of the size, used by nobody.
  '!**/node_modules/onnxruntime-node/bin/*/!(${platform}){,/**}',
  '!**/node_modules/onnxruntime-node/bin/*/${platform}/!(${arch}){,/**}',
  '!**/node_modules/better-sqlite3/prebuilds/!(${platform}-${arch}.node)',
  '!**/node_modules/better-sqlite3/{deps,src}{,/**}',
  '!**/*.map',
]

/** Native modules are loaded by the system, WebAssembly and solver workers are started from real files. */
export const unpacked = ['**/*.node', '**/*.wasm', '**/node_modules/onnxruntime-node/bin/**', '**/verify/milp/*.js']
