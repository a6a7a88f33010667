import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"

setFlagsFromString("--expose-gc")
// The collector cannot be had otherwise without a flag on the command line.
export const collectGarbage = runInNewContext("gc") as () => void
