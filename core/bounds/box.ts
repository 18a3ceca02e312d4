// The data bounds are about: input boxes, rows of linear output properties, and bounds of pre-activations.

/** An axis-aligned input box in raw pixel units, flat in the network's input order; lower ≤ upper element by element. */
export interface Box {
  readonly lower: Float64Array
  readonly upper: Float64Array
}

/** Linear functions of the network's outputs: row r is Σ_o coefficients[r·outputs + o]·f_o(x) + offsets[r]. */
export interface OutputRows {
  readonly rows: number
  /** [rows, outputs] */
  readonly coefficients: Float64Array
  /** [rows] */
  readonly offsets: Float64Array
}

/** Lower and upper bounds of one vector of numbers. */
export interface Interval {
  readonly lower: Float64Array
  readonly upper: Float64Array
}

/** Bounds of pre-activations by the id of the node that feeds the activation; flat, [neurons]. */
export type PreActivationBounds = ReadonlyMap<string, Interval>
