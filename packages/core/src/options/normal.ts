/**
 * The standard normal distribution. The complementary error function is W. J. Cody's rational Chebyshev approximation
 * ("Rational Chebyshev approximations for the error function", Math. Comp. 23, 1969), relative error about 1e-16.
 */
const A = [3.1611237438705655, 113.86415415105016, 377.485237685302, 3209.3775891384694, 0.18577770618460315]
const B = [23.601290952344122, 244.02463793444417, 1282.6165260773723, 2844.236833439171]
const C = [
  0.5641884969886701,
  8.883149794388377,
  66.11919063714163,
  298.6351381974001,
  881.952221241769,
  1712.0476126340707,
  2051.0783778260716,
  1230.3393547979972,
  2.1531153547440383e-08
]
const D = [
  15.744926110709835,
  117.6939508913125,
  537.1811018620099,
  1621.3895745666903,
  3290.7992357334597,
  4362.619090143247,
  3439.3676741437216,
  1230.3393548037495
]
const P = [
  0.30532663496123236,
  0.36034489994980445,
  0.12578172611122926,
  0.016083785148742275,
  0.0006587491615298378,
  0.016315387137302097
]
const Q = [
  2.568520192289822,
  1.8729528499234673,
  0.5279051029514285,
  0.06051834131244132,
  0.0023352049762686918
]

const ROOT_PI_INVERSE = 0.5641895835477563

/** Evaluates Cody's quotient of polynomials; the last numerator coefficient leads, the one before it is added last. */
const quotient = (x: number, numerator: ReadonlyArray<number>, denominator: ReadonlyArray<number>): number => {
  const degree = denominator.length
  // Numerators have one coefficient more than denominators, so no read misses.
  let top = numerator[degree]! * x
  let bottom = x
  for (let i = 0; i < degree - 1; i++) {
    top = (top + numerator[i]!) * x
    bottom = (bottom + denominator[i]!) * x
  }
  return (top + numerator[degree - 1]!) / (bottom + denominator[degree - 1]!)
}

/** exp(-y²) without the loss that squaring a large y would bring. */
const expMinusSquare = (y: number): number => {
  const rough = Math.trunc(y * 16) / 16
  return Math.exp(-rough * rough) * Math.exp(-(y - rough) * (y + rough))
}

export const erfc = (x: number): number => {
  const y = Math.abs(x)
  if (y <= 0.46875) return 1 - x * quotient(y * y, A, B)
  let result = quotient(y, C, D)
  if (y > 4) {
    const inverse = 1 / (y * y)
    result = (ROOT_PI_INVERSE - inverse * quotient(inverse, P, Q)) / y
  }
  result *= expMinusSquare(y)
  return x < 0 ? 2 - result : result
}

/** Probability that a standard normal variable is at most x. */
export const normalCdf = (x: number): number => erfc(-x / Math.SQRT2) / 2

export const normalDensity = (x: number): number => Math.exp(-x * x / 2) * 0.3989422804014327
