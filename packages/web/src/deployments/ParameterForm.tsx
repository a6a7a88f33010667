import { For, type JSX, Match, Switch } from "solid-js"
import { Field } from "../controls/Field.tsx"
import { fieldError, type ParameterField, rangeText } from "./parameterFields.ts"

export const ParameterForm = (props: {
  readonly fields: ReadonlyArray<ParameterField>
  readonly texts: Readonly<Record<string, string>>
  readonly onChange: (name: string, text: string) => void
}): JSX.Element => {
  const textOf = (field: ParameterField): string => props.texts[field.name] ?? field.initial
  const help = (field: ParameterField): string | undefined => {
    const parts = [field.description, rangeText(field)].filter((part) => part !== "")
    return parts.length === 0 ? undefined : parts.join(" · ")
  }
  return (
    <div class="grid grid-cols-2 gap-3" data-testid="deploy-parameters">
      <For each={props.fields}>
        {(field) => (
          <Field label={field.title} help={help(field)} error={fieldError(field, textOf(field))}>
            {(ids) => (
              <Switch
                fallback={
                  <input
                    id={ids.id}
                    aria-describedby={ids.describedBy}
                    aria-invalid={fieldError(field, textOf(field)) !== undefined}
                    class="field"
                    inputmode={field.kind === "text" ? "text" : "decimal"}
                    autocomplete="off"
                    data-testid={`parameter-${field.name}`}
                    value={textOf(field)}
                    onInput={(event) => props.onChange(field.name, event.currentTarget.value)}
                  />
                }
              >
                <Match when={field.kind === "boolean"}>
                  <input
                    id={ids.id}
                    aria-describedby={ids.describedBy}
                    type="checkbox"
                    class="h-6 w-6"
                    data-testid={`parameter-${field.name}`}
                    checked={textOf(field) === "true"}
                    onChange={(event) => props.onChange(field.name, String(event.currentTarget.checked))}
                  />
                </Match>
                <Match when={field.kind === "choice"}>
                  <select
                    id={ids.id}
                    aria-describedby={ids.describedBy}
                    class="field"
                    data-testid={`parameter-${field.name}`}
                    value={textOf(field)}
                    onChange={(event) => props.onChange(field.name, event.currentTarget.value)}
                  >
                    <For each={field.choices}>{(choice) => <option value={choice}>{choice}</option>}</For>
                  </select>
                </Match>
              </Switch>
            )}
          </Field>
        )}
      </For>
    </div>
  )
}
