/** The supervision tree, the mailboxes, and what could not be handled. */
import { type ActorTree, type ActorView, type DeadLetter, type MailboxView } from "@keepgaining/rpc/contract/System.ts"
import { createMemo, createSignal, type JSX, onCleanup } from "solid-js"
import { OnceButton } from "../controls/OnceButton.tsx"
import { decimal, large, quantity } from "../format/numbers.ts"
import { time } from "../format/times.ts"
import { Num } from "../grid/Cells.tsx"
import { type Column, Grid } from "../grid/Grid.tsx"
import { useTerminal } from "../state/Terminal.ts"

const refreshMillis = 2_000
const shownLetters = 200

/** How deep in the tree an address is, and its last part. */
const depthOf = (path: string): number => path.split("/").length - 1
const lastPart = (path: string): string => path.slice(path.lastIndexOf("/") + 1)

export const ActorsPage = (): JSX.Element => {
  const terminal = useTerminal()
  const [tree, setTree] = createSignal<ActorTree>({ actors: [], mailboxes: [] })
  const [letters, setLetters] = createSignal<ReadonlyArray<DeadLetter>>([])
  const [filter, setFilter] = createSignal("")
  const [onlyTroubled, setOnlyTroubled] = createSignal(false)
  onCleanup(terminal.link.follow((rpc) => rpc.Actors(), (values) => {
    const newest = values.at(-1)
    if (newest !== undefined) setTree(newest)
  }))
  const fetchLetters = async (): Promise<void> => {
    const found = await terminal.link.ask((rpc) => rpc.DeadLetters({ limit: shownLetters })).catch(() => undefined)
    if (found !== undefined) setLetters(found)
  }
  void fetchLetters()
  const timer = setInterval(() => terminal.linkState()._tag === "live" && void fetchLetters(), refreshMillis)
  onCleanup(() => clearInterval(timer))

  const byPath = createMemo(() => new Map(tree().actors.map((actor) => [actor.path, actor])))
  const troubled = (actor: ActorView): boolean =>
    actor.state !== "running" || actor.restarts > 0 || actor.deadLetters > 0
  const rows = createMemo(
    () => {
      const text = filter().toLowerCase()
      return tree().actors
        .filter((actor) => actor.path.toLowerCase().includes(text) && (!onlyTroubled() || troubled(actor)))
        .map((actor) => actor.path)
    },
    [],
    { equals: (a, b) => a.length === b.length && a.every((path, place) => path === b[place]) }
  )
  const of = (path: string): ActorView | undefined => byPath().get(path)

  const retry = async (id: number): Promise<void> => {
    try {
      await terminal.link.ask((rpc) => rpc.RetryDeadLetter({ id }))
      terminal.notices.show("info", `Dead letter ${id}: the actor took it`)
    } catch (failure) {
      const told = typeof failure === "object" && failure !== null && "reason" in failure
        ? String(failure.reason)
        : String(failure)
      terminal.notices.show("refusal", `Dead letter ${id}: ${told}`)
    }
    await fetchLetters()
  }

  const actorColumns: ReadonlyArray<Column<string>> = [
    {
      id: "path",
      title: "Actor",
      width: "minmax(220px, 2fr)",
      cell: (path) => (
        <span class="truncate-cell" title={path} style={{ "padding-left": `${depthOf(path) * 16}px` }}>
          {lastPart(path)}
        </span>
      )
    },
    {
      id: "kind",
      title: "Kind",
      width: "minmax(88px, 0.7fr)",
      cell: (path) => <span class="truncate-cell text-ink2">{of(path)?.kind}</span>
    },
    {
      id: "state",
      title: "State",
      width: "88px",
      cell: (path) => (
        <span
          data-testid={`actor-state-${path}`}
          classList={{ "text-warn font-medium": of(path)?.state !== "running" }}
        >
          {of(path)?.state}
        </span>
      )
    },
    {
      id: "restarts",
      title: "Restarts",
      width: "72px",
      end: true,
      cell: (path) => <Num text={quantity(of(path)?.restarts ?? Number.NaN)} testId={`actor-restarts-${path}`} />
    },
    {
      id: "handled",
      title: "Handled",
      width: "92px",
      end: true,
      cell: (path) => <Num text={large(of(path)?.handled ?? Number.NaN)} />
    },
    {
      id: "dead",
      title: "Dead letters",
      width: "88px",
      end: true,
      cell: (path) => <Num text={quantity(of(path)?.deadLetters ?? Number.NaN)} />
    },
    {
      id: "supervision",
      title: "Supervision",
      width: "minmax(140px, 1fr)",
      cell: (path) => <span class="truncate-cell text-ink2">{of(path)?.supervision}</span>
    },
    {
      id: "failure",
      title: "Last failure",
      width: "minmax(120px, 1.3fr)",
      cell: (path) => <span class="truncate-cell text-warn" title={of(path)?.lastFailure}>{of(path)?.lastFailure}</span>
    }
  ]

  const boxes = createMemo(() => new Map(tree().mailboxes.map((box) => [box.name, box])))
  const box = (name: string): MailboxView | undefined => boxes().get(name)
  const boxNames = createMemo(() => [...boxes().keys()], [], { equals: (a, b) => a.join("\n") === b.join("\n") })
  const boxColumns: ReadonlyArray<Column<string>> = [
    {
      id: "name",
      title: "Mailbox",
      width: "minmax(110px, 1fr)",
      cell: (name) => <span class="truncate-cell" title={name}>{name}</span>
    },
    {
      id: "overflow",
      title: "When full",
      width: "96px",
      cell: (name) => <span class="text-ink2">{box(name)?.overflow}</span>
    },
    {
      id: "depth",
      title: "Depth / capacity",
      width: "116px",
      end: true,
      cell: (name) => (
        <Num text={`${quantity(box(name)?.depth ?? Number.NaN)} / ${quantity(box(name)?.capacity ?? Number.NaN)}`} />
      )
    },
    {
      id: "full",
      title: "Full",
      width: "56px",
      end: true,
      cell: (name) => (
        <Num text={`${decimal(100 * (box(name)?.depth ?? Number.NaN) / (box(name)?.capacity ?? Number.NaN), 0)}%`} />
      )
    },
    {
      id: "shed",
      title: "Shed",
      width: "64px",
      end: true,
      cell: (name) => (
        <span classList={{ "text-warn": (box(name)?.shed ?? 0) > 0 }}>
          <Num text={large(box(name)?.shed ?? Number.NaN)} />
        </span>
      )
    }
  ]

  const letterById = createMemo(() => new Map(letters().map((letter) => [letter.id, letter])))
  const letter = (id: number): DeadLetter | undefined => letterById().get(id)
  const letterColumns: ReadonlyArray<Column<number>> = [
    {
      id: "time",
      title: "Time, IST",
      width: "76px",
      cell: (id) => <span class="text-ink2">{time(letter(id)?.at ?? 0)}</span>
    },
    {
      id: "actor",
      title: "Actor",
      width: "minmax(120px, 1fr)",
      cell: (id) => <span class="truncate-cell" title={letter(id)?.actor}>{lastPart(letter(id)?.actor ?? "")}</span>
    },
    {
      id: "failure",
      title: "Failure",
      width: "minmax(140px, 1.6fr)",
      cell: (id) => <span class="truncate-cell text-warn" title={letter(id)?.failure}>{letter(id)?.failure}</span>
    },
    {
      id: "message",
      title: "Input",
      width: "minmax(120px, 1.2fr)",
      cell: (id) => <span class="truncate-cell text-ink2" title={letter(id)?.message}>{letter(id)?.message}</span>
    },
    {
      id: "cause",
      title: "Number",
      width: "76px",
      end: true,
      cell: (id) => <Num text={quantity(letter(id)?.cause ?? Number.NaN)} />
    },
    {
      id: "retry",
      title: "Retry",
      quietTitle: true,
      width: "60px",
      flush: true,
      cell: (id) => (
        <OnceButton
          class="button-row w-full"
          tabindex={-1}
          label={`Retry dead letter ${id}`}
          testId={`dead-letter-retry-${id}`}
          blocked={terminal.hello()?.scope === "admin" ? terminal.blocked() : "Needs scope admin"}
          onPress={() => retry(id)}
        >
          Retry
        </OnceButton>
      )
    }
  ]

  return (
    <div class="grid h-full min-h-[480px] grid-cols-[2fr_3fr] grid-rows-[minmax(0,3fr)_minmax(0,2fr)] gap-2">
      <section class="panel col-span-2" aria-label="Supervision tree">
        <div class="panel-head">
          <h1>Actors</h1>
          <span class="chip">{tree().actors.length}</span>
          <label class="flex min-h-6 items-center gap-1 text-tape text-ink2">
            <input
              type="checkbox"
              checked={onlyTroubled()}
              onChange={(event) => setOnlyTroubled(event.currentTarget.checked)}
            />
            only those with trouble
          </label>
          <div class="flex-1" />
          <input
            class="field max-w-48"
            type="search"
            placeholder="Filter  /"
            aria-label="Filter actors"
            data-filter
            value={filter()}
            onInput={(event) => setFilter(event.currentTarget.value)}
          />
        </div>
        <Grid
          label="Supervision tree"
          testId="actors"
          rows={rows()}
          columns={actorColumns}
          rowTestId={(path) => `actor-${path}`}
          empty="No actor to show."
        />
      </section>
      <section class="panel" aria-label="Mailboxes">
        <div class="panel-head">
          <h2>Mailboxes</h2>
        </div>
        <Grid
          label="Mailboxes"
          testId="mailboxes"
          rows={boxNames()}
          columns={boxColumns}
          rowTestId={(name) => `mailbox-${name}`}
          empty="No mailbox to show."
        />
      </section>
      <section class="panel" aria-label="Dead letters">
        <div class="panel-head">
          <h2>Dead letters</h2>
          <span class="chip" classList={{ "chip-warn": letters().length > 0 }}>{letters().length}</span>
        </div>
        <Grid
          label="Dead letters"
          testId="dead-letters"
          rows={letters().map((one) => one.id)}
          columns={letterColumns}
          rowTestId={(id) => `dead-letter-${id}`}
          empty="None. Inputs that an actor cannot handle come here."
        />
      </section>
    </div>
  )
}
