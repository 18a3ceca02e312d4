// Augmentation: crops and flips a person can check, the same for the same seed, every offset drawn.
import { expect, test } from 'vitest'
import { augment, augments } from '../../core/data/augment.ts'
import { SeededRandom } from '../../core/data/random.ts'

const shape = [2, 2, 3] as const
const image = Float32Array.from([1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 60])
const batchOf = (count: number) => ({
  images: Float32Array.from({ length: count * 12 }, (_, k) => image[k % 12]),
  shape,
})

test('without crop and flip nothing changes', () => {
  expect(augments({ crop: 0, flip: false })).toBe(false)
  const batch = batchOf(3)
  expect(augment(batch, new SeededRandom(1), { crop: 0, flip: false })).toEqual(batch.images)
})

test('a flip mirrors every channel of about half of the images', () => {
  const mirrored = [3, 2, 1, 6, 5, 4, 30, 20, 10, 60, 50, 40]
  const result = augment(batchOf(400), new SeededRandom(1), { crop: 0, flip: true })
  let flipped = 0
  for (let at = 0; at < result.length; at += 12) {
    const one = [...result.subarray(at, at + 12)]
    expect([[...image], mirrored]).toContainEqual(one)
    if (one[0] === 3) flipped++
  }
  expect(flipped).toBeGreaterThan(160)
  expect(flipped).toBeLessThan(240)
})

test('a crop moves all channels alike, zeros coming in, and every offset occurs', () => {
  const result = augment(batchOf(500), new SeededRandom(2), { crop: 1, flip: false })
  const seen = new Set<string>()
  for (let at = 0; at < result.length; at += 12) {
    const one = [...result.subarray(at, at + 12)]
    expect(one.slice(6)).toEqual(one.slice(0, 6).map((value) => 10 * value))
    seen.add(one.slice(0, 6).join())
  }
  const offsets = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => [down, right]))
  const expected = offsets.map(([down, right]) =>
    [0, 1].flatMap((y) => [0, 1, 2].map((x) => valueAt(y + down, x + right))).join(),
  )
  expect([...seen].toSorted()).toEqual(expected.toSorted())
})

function valueAt(y: number, x: number): number {
  return y >= 0 && y < 2 && x >= 0 && x < 3 ? image[3 * y + x] : 0
}

test('the same seed gives the same images, another seed others; the batch itself is left alone', () => {
  const batch = batchOf(20)
  const options = { crop: 4, flip: true }
  const first = augment(batch, new SeededRandom(7).fork('epoch 1'), options)
  expect(augment(batch, new SeededRandom(7).fork('epoch 1'), options, new Float32Array(240))).toEqual(first)
  expect(augment(batch, new SeededRandom(7).fork('epoch 2'), options)).not.toEqual(first)
  expect(batch.images).toEqual(batchOf(20).images)
})

test('images that are not whole, and an output that is the input, are refused', () => {
  const options = { crop: 1, flip: true }
  expect(() => augment({ images: new Float32Array(13), shape }, new SeededRandom(1), options)).toThrow(RangeError)
  const batch = batchOf(1)
  expect(() => augment(batch, new SeededRandom(1), options, batch.images)).toThrow('array of its own')
})
