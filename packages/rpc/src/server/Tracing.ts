/** Traces over OTLP where `OTEL_EXPORTER_OTLP_ENDPOINT` is set, nothing otherwise. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as OtlpSerialization from "effect/observability/OtlpSerialization"
import * as OtlpTracer from "effect/observability/OtlpTracer"
import * as Option from "effect/Option"

export const layer: Layer.Layer<never> = Layer.unwrap(Effect.gen(function*() {
  const endpoint = yield* Config.option(Config.String("OTEL_EXPORTER_OTLP_ENDPOINT"))
  if (Option.isNone(endpoint) || endpoint.value === "") return Layer.empty
  return OtlpTracer.layer({
    url: `${endpoint.value.replace(/\/+$/, "")}/v1/traces`,
    resource: { serviceName: "keepgaining" }
  }).pipe(Layer.provide(OtlpSerialization.layerJson), Layer.provide(FetchHttpClient.layer))
})).pipe(Layer.orDie)
