/** What a deployment trades with: nothing, simulated money, or real money. */
import { type Deployment } from "@keepgaining/core/deployments/Deployment.ts"
import { type JSX, Show } from "solid-js"
import { VenueChip } from "../orders/VenueChip.tsx"

export const DeploymentChip = (props: { readonly mode: Deployment["mode"] | undefined }): JSX.Element => (
  <Show when={props.mode !== "signal" && props.mode} fallback={<span class="chip">SIGNAL</span>}>
    {(venue) => <VenueChip venue={venue()} />}
  </Show>
)
