/**
 * Seeded chance as plain data: the state is four 32-bit integers and a spare normal, so it is saved with whatever owns
 * it and the same state gives the same draws on every machine. Not for secrets.
 *
 * The generator is sfc32 ("small fast counter", Chris Doty-Humphrey, PractRand): 128 bits of state, at least 2^32 draws
 * before it repeats, passes PractRand and BigCrush.
 */

export interface Random {
  a: number
  b: number
  c: number
  counter: number
  /** The second of the pair that {@link normal} makes; `null` when it was used. */
  spare: number | null
}

/** A generator for a seed; any finite number will do. Different `stream`s of one seed are unrelated to each other. */
export const fromSeed = (seed: number, stream = 0): Random => {
  const whole = Math.floor(Math.abs(seed))
  const random: Random = {
    a: whole | 0,
    b: Math.floor(whole / 0x1_0000_0000) | 0,
    c: stream | 0,
    counter: seed < 0 ? 2 : 1,
    spare: null
  }
  // Similar seeds give similar first draws until the state is mixed; 15 rounds are the author's advice, 20 are cheap.
  for (let i = 0; i < 20; i++) uint32(random)
  return random
}

/** The next 32 random bits, as an integer in [0, 2^32). */
export const uint32 = (random: Random): number => {
  const sum = (random.a + random.b + random.counter) | 0
  random.counter = (random.counter + 1) | 0
  random.a = random.b ^ (random.b >>> 9)
  random.b = (random.c + (random.c << 3)) | 0
  random.c = (((random.c << 21) | (random.c >>> 11)) + sum) | 0
  return sum >>> 0
}

/** Uniform in [0, 1), in steps of 2^-32. */
export const uniform = (random: Random): number => uint32(random) * 2 ** -32

/** Uniform in [low, high). */
export const between = (random: Random, low: number, high: number): number => low + (high - low) * uniform(random)

/** A whole number in [0, bound); the bias is below 2^-32 times the bound. */
export const integer = (random: Random, bound: number): number => Math.floor(uniform(random) * bound)

/** `true` with the given probability. */
export const chance = (random: Random, probability: number): boolean => uniform(random) < probability

/** Standard normal, by Marsaglia's polar method ("A convenient method for generating normal variables", 1964). */
export const normal = (random: Random): number => {
  if (random.spare !== null) {
    const spare = random.spare
    random.spare = null
    return spare
  }
  while (true) {
    const x = 2 * uniform(random) - 1
    const y = 2 * uniform(random) - 1
    const square = x * x + y * y
    if (square >= 1 || square === 0) continue
    const scale = Math.sqrt(-2 * Math.log(square) / square)
    random.spare = y * scale
    return x * scale
  }
}

/** Exponential with mean 1: the waiting time of a Poisson process of rate 1. */
export const exponential = (random: Random): number => -Math.log(1 - uniform(random))
