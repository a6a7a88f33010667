/** The forms in which a secret may slip out: as it is, in base64 wherever it begins, and as URLs and JSON write it. */
export const disguises = (secret: string): ReadonlyArray<string> => {
  const forms = new Set([secret, encodeURIComponent(secret), new URLSearchParams({ "": secret }).toString().slice(1)])
  forms.add(JSON.stringify(secret).slice(1, -1))
  forms.add(Buffer.from(secret).toString("hex"))
  // Base64 works on three bytes at a time: what stands before it shifts it by none, one or two.
  for (const before of ["", "x", "xx"]) {
    for (const encoding of ["base64", "base64url"] as const) {
      const whole = Buffer.from(before + secret).toString(encoding).replaceAll("=", "")
      // Without the characters that hold bits of what stands around it.
      const begin = before === "" ? 0 : before.length + 1
      const end = whole.length - (Buffer.byteLength(before + secret) % 3 === 0 ? 0 : 1)
      forms.add(whole.slice(begin, end))
    }
  }
  return [...forms].filter((form) => form.length >= 4)
}
