// The competition's files: instances, results, summaries and witnesses.
import { describe, expect, it } from 'vitest'
import { parseInstances } from '../../../core/io/vnncomp/instances.ts'
import { parseExpected, parseResults, writeResults, type InstanceResult } from '../../../core/io/vnncomp/results.ts'
import { summarise } from '../../../core/io/vnncomp/summary.ts'
import { clampWitness, parseWitness, writeWitness } from '../../../core/io/vnncomp/witness.ts'
import { outcome } from '../mutate.ts'

describe('instances.csv', () => {
  it('reads rows without header', () => {
    expect(parseInstances('onnx/a.onnx,vnnlib/p.vnnlib.gz,116\r\n\n./b.onnx , "q,1.vnnlib" ,300.5\n')).toEqual([
      { onnx: 'onnx/a.onnx', vnnlib: 'vnnlib/p.vnnlib.gz', timeout: 116 },
      { onnx: './b.onnx', vnnlib: 'q,1.vnnlib', timeout: 300.5 },
    ])
  })

  it.each(['a.onnx,b.vnnlib', 'a,b,c', 'a,b,-1', 'a,b,', ',b,1', 'a,"b,1', 'a,b,Infinity'])('refuses %s', (text) => {
    expect(outcome(() => parseInstances(`x,y,1\n${text}`))).toBe('vnncomp/csv')
    expect(() => parseInstances(`x,y,1\n${text}`)).toThrow('Line 2')
  })
})

const result = (property: string, word: InstanceResult['word'], seconds: number): InstanceResult => ({
  onnx: 'onnx/net.onnx',
  vnnlib: `vnnlib/${property}.vnnlib.gz`,
  word,
  seconds,
})

describe('results and summaries', () => {
  const ours = [result('p', 'unsat', 1), result('q', 'sat', 4), result('r', 'timeout', 60), result('s', 'unsat', 2)]

  it('reads back what it writes', () => {
    const text = writeResults('test', ours)
    expect(text.split('\n')[0]).toBe('test,onnx/net.onnx,vnnlib/p.vnnlib.gz,0.000,unsat,1.000')
    expect([...parseResults(text).values()]).toEqual(ours)
  })

  it('counts solved, wrong and missed, and compares with a peer', () => {
    const expected = parseExpected(
      'onnx,vnnlib,consensus,basis\na/net.onnx,p.vnnlib,unsat,x\nnet.onnx,q.vnnlib.gz,unsat,x\nnet,r,sat,x\nnet,s,unknown,x\n',
    )
    const peer = parseResults(
      'suite,model,property,eps,status,seconds\nm,net,p,0,verified,4\nm,net,q,0,falsified,4\nm,net,r,0,verified,9\n',
    )
    const summary = summarise(ours, expected, peer)
    expect(summary).toMatchObject({ instances: 4, solved: 3, sat: 1, unsat: 2, missed: 1, totalSeconds: 67 })
    expect(summary.wrong).toEqual([ours[1]])
    expect(summary.cactus).toEqual([1, 2, 4])
    expect(summary.peer).toMatchObject({
      instances: 3,
      solved: 3,
      ours: 2,
      onlyOurs: 0,
      onlyPeer: 1,
      contradictions: [],
    })
    expect(summary.peer?.geometricMeanRatio).toBeCloseTo(0.5, 12)
    expect(summary.peer?.cactus).toEqual([4, 4, 9])
  })

  it('names contradictions, joins eps to a property, and has no ratio without common solutions', () => {
    const peer = parseResults('model,property,eps,result,time\nnet,s,0.1,violated,1\n')
    const run = [result('s_eps0.1', 'unsat', 2)]
    expect(summarise(run, new Map(), peer).peer).toMatchObject({ instances: 1, contradictions: run })
    expect(summarise(run, new Map(), new Map()).peer?.geometricMeanRatio).toBeNull()
  })

  it.each(['a,b,c', 'c,n,p,0,perhaps,1', 'c,n,p,0,sat,soon', 'onnx,vnnlib,result,seconds\na,b,sat'])(
    'refuses %s',
    (text) => {
      expect(outcome(() => parseResults(text))).toBe('vnncomp/csv')
    },
  )
})

describe('witnesses', () => {
  const box = { lower: Float64Array.of(0.1, -1, 0.3, 0), upper: Float64Array.of(1, -0.7, 0.3, 0) }

  it('clamps to float32 inside the box', () => {
    const clamped = clampWitness(Float64Array.of(0.05, 0, 0.3, 1), box)
    expect(Math.fround(0.1)).toBeGreaterThan(0.1)
    expect(clamped[0]).toBe(Math.fround(0.1))
    expect(Math.fround(-0.7)).toBeLessThanOrEqual(-0.7 + 2 ** -24)
    expect([...clamped.subarray(0, 2)].every((value) => Math.fround(value) === value)).toBe(true)
    // No float32 lies between 0.3 and 0.3.
    expect([...clamped.subarray(2)]).toEqual([0.3, 0])
    expect(clamped.every((value, i) => value >= box.lower[i] && value <= box.upper[i])).toBe(true)
  })

  it('steps inward where the nearest float32 is outside', () => {
    const lower = Float64Array.of(0.7, -0.1)
    const upper = Float64Array.of(1, 0.1)
    const clamped = clampWitness(Float64Array.of(0.7, 0.1), { lower, upper })
    expect(clamped[0]).toBeGreaterThanOrEqual(0.7)
    expect(clamped[1]).toBeLessThanOrEqual(0.1)
    expect(clamped.every((value) => Math.fround(value) === value)).toBe(true)
  })

  it('writes nine or more digits and reads them back', () => {
    const values = { input: Float64Array.of(0.5, Math.fround(0.1), -0), output: Float64Array.of(1e-30, -12345.678) }
    const text = writeWitness(values)
    expect(text.startsWith('sat\n((X_0 0.500000000)\n(X_1 0.10000000149011612)\n')).toBe(true)
    expect(parseWitness(text)).toEqual({ ...values, input: Float64Array.of(0.5, Math.fround(0.1), 0) })
  })

  it.each([
    'unsat',
    'sat',
    'sat ((X_0 1)',
    'sat ((X_0 one))',
    'sat ((X_1 1))',
    'sat ((X_0 1) (X_0 2))',
    'sat ((X_0 1) Y_0)',
  ])('refuses %s', (text) => expect(outcome(() => parseWitness(text))).toBe('vnncomp/witness'))
})
