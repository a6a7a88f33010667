/**
 * The standard normal distribution. The complementary error function is W. J. Cody's rational Chebyshev approximation
 * ("Rational Chebyshev approximations for the error function", Math. Comp. 23, 1969), relative error about 1e-16.
 */
const A = [3.1611237438705656, 113.864154151050156, 377.485237685302021, 3209.37758913846947, 0.185777706184603153]
const B = [23.6012909523441209, 244.024637934444173, 1282.61652607737228, 2844.23683343917062]
const C = [
  0.564188496988670089,
  8.88314979438837594,
  66.1191906371416295,
  298.635138197400131,
  881.95222124176909,
  1712.04761263407058,
  2051.07837782607147,
  1230.33935479799725,
  2.15311535474403846e-8
]
const D = [
  15.7449261107098347,
  117.693950891312499,
  537.181101862009858,
  1621.38957456669019,
  3290.79923573345963,
  4362.61909014324716,
  3439.36767414372164,
  1230.33935480374942
]
const P = [
  0.305326634961232344,
  0.360344899949804439,
  0.125781726111229246,
  0.0160837851487422766,
  6.58749161529837803e-4,
  0.0163153871373020978
]
const Q = [
  2.56852019228982242,
  1.87295284992346725,
  0.527905102951428412,
  0.0605183413124413191,
  2.33520497626869185e-3
]

const ROOT_PI_INVERSE = 0.56418958354775628695

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
