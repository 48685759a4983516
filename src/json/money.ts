/** On the wire, money is in dollars; inside, it is in 1e-9 dollars, in whole numbers. */
const NANO = 1e9

export function toUsd(costNano: number): number {
  return costNano / NANO
}

export function toNano(usd: number): number {
  return Math.round(usd * NANO)
}
