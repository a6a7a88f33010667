import { A } from "@solidjs/router"
import Bell from "lucide-solid/icons/bell"
import Bot from "lucide-solid/icons/bot"
import CalendarDays from "lucide-solid/icons/calendar-days"
import ChartCandlestick from "lucide-solid/icons/chart-candlestick"
import House from "lucide-solid/icons/house"
import Landmark from "lucide-solid/icons/landmark"
import ListOrdered from "lucide-solid/icons/list-ordered"
import Network from "lucide-solid/icons/network"
import Rows3 from "lucide-solid/icons/rows-3"
import Settings from "lucide-solid/icons/settings"
import { type Component, For, type JSX } from "solid-js"

export interface Place {
  readonly path: string
  readonly title: string
  /** After G. */
  readonly key: string
  readonly icon: Component<{ readonly size?: number; readonly "aria-hidden"?: "true" }>
}

export const places: ReadonlyArray<{ readonly group: string; readonly places: ReadonlyArray<Place> }> = [
  {
    group: "Trade",
    places: [
      { path: "/", title: "Home", key: "H", icon: House },
      { path: "/market", title: "Market", key: "M", icon: Rows3 },
      { path: "/chart", title: "Chart", key: "C", icon: ChartCandlestick },
      { path: "/orders", title: "Orders", key: "O", icon: ListOrdered },
      { path: "/calendar", title: "Calendar", key: "D", icon: CalendarDays }
    ]
  },
  { group: "Automate", places: [{ path: "/strategies", title: "Strategies", key: "S", icon: Bot }] },
  {
    group: "System",
    places: [
      { path: "/brokers", title: "Brokers", key: "B", icon: Landmark },
      { path: "/actors", title: "Actors", key: "A", icon: Network },
      { path: "/alerts", title: "Alerts", key: "L", icon: Bell },
      { path: "/settings", title: "Settings", key: ",", icon: Settings }
    ]
  }
]

export const Rail = (): JSX.Element => (
  <nav class="w-36 flex-none overflow-auto border-r border-line bg-s1 py-2" aria-label="Pages">
    <For each={places}>
      {(group) => (
        <div class="mb-3">
          <h2 class="px-3 pb-1 text-caption text-ink3">{group.group}</h2>
          <For each={group.places}>
            {(place) => (
              <A
                href={place.path}
                end={place.path === "/"}
                class="flex h-7 items-center gap-2 border-l-2 px-3"
                activeClass="border-accent bg-selected font-medium"
                inactiveClass="border-transparent text-ink2 hover:bg-s2"
              >
                <place.icon size={14} aria-hidden="true" />
                {place.title}
              </A>
            )}
          </For>
        </div>
      )}
    </For>
  </nav>
)
