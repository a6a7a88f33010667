/** Quantities travel in 32-bit columns; a larger one is as good as the largest. */
const LARGEST = 2_147_483_647

export const quantity = (value: number): number => value > LARGEST ? LARGEST : value < 0 ? 0 : value

/** Whether a price in paise fits its column. */
export const isPrice = (paise: number): boolean => paise >= -LARGEST && paise <= LARGEST
