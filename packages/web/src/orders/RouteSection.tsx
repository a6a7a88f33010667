/** "Why here?": through which account a live order went and why, and its pieces as that broker has them. */
import { type BrokerOrderView } from "@keepgaining/rpc/contract/Brokers.ts"
import { createMemo, createSignal, For, type JSX, onCleanup, Show } from "solid-js"
import { price, quantity } from "../format/numbers.ts"
import { timeWithMillis } from "../format/times.ts"
import { useTerminal } from "../state/Terminal.ts"

const lookMillis = 2_000

export const RouteSection = (props: { readonly orderId: string }): JSX.Element => {
  const terminal = useTerminal()
  const route = createMemo(() => terminal.book().routes.get(props.orderId)?.decision)
  const [rows, setRows] = createSignal<ReadonlyMap<string, BrokerOrderView>>(new Map())
  const look = async (): Promise<void> => {
    const account = route()?.account
    if (account === undefined || terminal.linkState()._tag !== "live") return
    const book = await terminal.link.ask((rpc) => rpc.AccountBook({ account })).catch(() => undefined)
    if (book === undefined) return
    setRows(new Map(book.orders.flatMap((row) => row.tag === undefined ? [] : [[row.tag, row] as const])))
  }
  void look()
  const timer = setInterval(() => void look(), lookMillis)
  onCleanup(() => clearInterval(timer))
  return (
    <section class="flex flex-col gap-1" aria-label="Why here?" data-testid="order-route">
      <h3 class="font-semibold">Why here?</h3>
      <Show
        when={route()}
        fallback={<p class="text-ink2">It has gone through no account: it was not sent.</p>}
      >
        {(sent) => (
          <>
            <p>
              Sent through <b>{sent().account}</b> at {timeWithMillis(sent().at)} IST
              {sent().slices.length > 1
                ? `, in ${sent().slices.length} pieces, because the exchange takes no more in one order.`
                : "."}
            </p>
            <ul class="list-disc pl-5" data-testid="order-why">
              <For each={sent().why}>{(sentence) => <li>{sentence}</li>}</For>
            </ul>
            <table class="mt-1 w-full text-tape [&_td]:py-0.5 [&_td]:pr-4 [&_th]:pr-4">
              <thead>
                <tr class="text-left text-caption text-ink2">
                  <th scope="col" class="font-medium">Tag</th>
                  <th scope="col" class="font-medium">Broker's id</th>
                  <th scope="col" class="text-right font-medium">Filled / total</th>
                  <th scope="col" class="text-right font-medium">Average</th>
                  <th scope="col" class="font-medium">As the broker has it</th>
                </tr>
              </thead>
              <tbody>
                <For each={sent().slices}>
                  {(slice) => {
                    const row = (): BrokerOrderView | undefined => rows().get(slice.tag)
                    return (
                      <tr class="border-t border-line" data-testid={`slice-${slice.tag}`}>
                        <td>{slice.tag}</td>
                        <td>{row()?.orderId ?? "–"}</td>
                        <td class="text-right">
                          {row() === undefined ? "–" : quantity(row()?.filled ?? 0)} / {quantity(slice.quantity)}
                        </td>
                        <td class="text-right">{price(row()?.averagePrice ?? Number.NaN)}</td>
                        <td>
                          <Show when={row()} fallback={<span class="text-ink2">not in its book</span>}>
                            {(known) => (
                              <span title={known().brokerStatus}>
                                {known().status}
                                {known().reason === undefined ? "" : `: ${known().reason}`}
                              </span>
                            )}
                          </Show>
                        </td>
                      </tr>
                    )
                  }}
                </For>
              </tbody>
            </table>
          </>
        )}
      </Show>
    </section>
  )
}
