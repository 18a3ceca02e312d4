// ONNX Runtime, told before its first session not to report what it is used for.
export * as ort from 'onnxruntime-node'

// From 1.30 on its builds keep a list of uses and a device number under ~/.cache/Microsoft and send them, unless this is set.
process.env['ORT_DISABLE_TELEMETRY'] = '1'
