/**
 * The tables, in steps that are never edited once released: a change is a further step. Nothing beyond what PostgreSQL 15
 * knows. Instants are `timestamptz`, prices and amounts whole paise unless a column says rupees.
 */
import * as Effect from "effect/Effect"
import * as Migrator from "effect/sql/Migrator"
import * as SqlClient from "effect/sql/SqlClient"

const statements = (...texts: ReadonlyArray<string>) =>
  Effect.flatMap(SqlClient.SqlClient, (sql) => Effect.forEach(texts, (text) => sql.unsafe(text), { discard: true }))

export const migrations = Migrator.fromRecord({
  "0001_journal": statements(`
    create table journal (
      session text not null,
      number bigint not null,
      sequence bigint not null,
      -- Epoch ms and JSON as hashed: their text must not change by a round trip.
      at double precision not null,
      kind text not null,
      payload text not null,
      hash text not null,
      primary key (session, number)
    )`),
  "0002_snapshots": statements(`
    create table snapshots (
      session text not null,
      version integer not null,
      sequence bigint not null,
      crc32 bigint not null,
      bytes bytea not null,
      saved_at timestamptz not null default now(),
      primary key (session, version, sequence)
    )`),
  "0003_settings": statements(`
    create table settings (
      key text primary key,
      value jsonb not null,
      changed_at timestamptz not null default now()
    )`),
  "0004_projections": statements(
    `create table projection_cursors (
      session text primary key,
      record bigint not null,
      hash text not null
    )`,
    `create table sessions (
      id text primary key,
      first_at timestamptz not null,
      last_at timestamptz not null,
      records bigint not null,
      kill_stage text not null
    )`,
    `create table orders (
      session text not null,
      id text not null,
      book text not null,
      client_tag text not null,
      instrument integer not null,
      symbol text not null,
      side text not null,
      quantity bigint not null,
      type text not null,
      limit_price bigint,
      trigger_price bigint,
      validity text not null,
      product text not null,
      purpose text not null,
      reduce_only boolean not null,
      status text not null,
      filled_quantity bigint not null,
      average_price double precision not null,
      created_at timestamptz not null,
      updated_at timestamptz not null,
      cause bigint not null,
      reason text,
      primary key (session, id)
    )`,
    `create table fills (
      session text not null,
      id text not null,
      order_id text not null,
      book text not null,
      instrument integer not null,
      symbol text not null,
      side text not null,
      quantity bigint not null,
      price bigint not null,
      product text not null,
      purpose text not null,
      at timestamptz not null,
      brokerage_rupees double precision not null,
      stt_rupees double precision not null,
      exchange_rupees double precision not null,
      ipft_rupees double precision not null,
      sebi_rupees double precision not null,
      stamp_rupees double precision not null,
      gst_rupees double precision not null,
      charges_rupees double precision not null,
      primary key (session, id)
    )`,
    `create index fills_by_order on fills (session, order_id)`,
    `create table positions (
      session text not null,
      book text not null,
      instrument integer not null,
      symbol text not null,
      quantity bigint not null,
      average_price double precision not null,
      realised double precision not null,
      charges_rupees double precision not null,
      buy_quantity bigint not null,
      sell_quantity bigint not null,
      updated_at timestamptz not null,
      primary key (session, book, instrument)
    )`,
    `create table deployments (
      session text not null,
      id text not null,
      strategy text not null,
      parameters jsonb not null,
      instruments jsonb not null,
      lots integer not null,
      mode text not null,
      state text not null,
      reason text not null,
      changed_at timestamptz not null,
      primary key (session, id)
    )`,
    `create table alerts (
      session text not null,
      -- Number of the journal record.
      record bigint not null,
      kind text not null,
      subject text not null,
      raised boolean not null,
      detail text not null,
      since timestamptz not null,
      at timestamptz not null,
      primary key (session, record)
    )`,
    // Profit of a day is a difference of running totals: kept as totals, so that no sum depends on how records were
    // batched.
    `create table daily_totals (
      session text not null,
      book text not null,
      instrument integer not null,
      -- The day in India.
      day date not null,
      realised double precision not null,
      charges_rupees double precision not null,
      primary key (session, book, instrument, day)
    )`,
    `create view daily_pnl as
      select session, book, day,
        sum(realised - before_realised) as realised,
        sum(charges_rupees - before_charges) as charges_rupees
      from (
        select session, book, instrument, day, realised, charges_rupees,
          coalesce(lag(realised) over per_position, 0) as before_realised,
          coalesce(lag(charges_rupees) over per_position, 0) as before_charges
        from daily_totals
        window per_position as (partition by session, book, instrument order by day)
      ) as changes
      group by session, book, day`
  ),
  "0005_instruments": statements(
    // One row a contract and span of days in which the broker's master said the same of it; `until` is the first day on
    // which it no longer did.
    `create table instrument_versions (
      broker text not null,
      id text not null,
      since date not null,
      until date,
      exchange text not null,
      kind text not null,
      symbol text not null,
      name text not null,
      token text not null,
      exchange_token text not null,
      isin text,
      underlying text,
      expiry date,
      strike bigint,
      option_right text,
      lot_size integer not null,
      tick_size integer not null,
      freeze_quantity integer,
      primary key (broker, id, since)
    )`,
    `create index instrument_versions_current on instrument_versions (broker) where until is null`,
    `create index instrument_versions_since on instrument_versions (broker, since)`,
    `create index instrument_versions_until on instrument_versions (broker, until)`,
    `create table instrument_masters (
      broker text not null,
      day date not null,
      fetched_at timestamptz not null,
      bytes bigint not null,
      instruments integer not null,
      -- What became of each row of the file.
      account jsonb not null,
      report jsonb not null,
      primary key (broker, day)
    )`,
    // Rows of a master on their way in; can be lost at any time.
    `create unlogged table instrument_staging (
      broker text not null,
      id text not null,
      exchange text not null,
      kind text not null,
      symbol text not null,
      name text not null,
      token text not null,
      exchange_token text not null,
      isin text,
      underlying text,
      expiry date,
      strike bigint,
      option_right text,
      lot_size integer not null,
      tick_size integer not null,
      freeze_quantity integer
    )`
  ),
  "0006_archive": statements(
    `create table archive_instruments (
      id integer generated always as identity primary key,
      symbol text not null unique
    )`,
    // One-minute candles, a block an instrument and month: the archive itself. Minutes are counted from 1970-01-01T00:00Z,
    // days and months (year * 12 + month from 0) are Indian. What is in a block: packages/engine/src/archive/CandleRun.ts.
    `create table archive_months (
      instrument integer not null,
      month integer not null,
      candles integer not null,
      first_minute integer not null,
      last_minute integer not null,
      crc32 bigint not null,
      runs bytea not null,
      primary key (instrument, month)
    )`,
    `create index archive_months_by_month on archive_months (month, instrument)`,
    // The same runs by day, for questions about the whole market; made from the months and can be lost.
    `create table archive_days (
      day integer not null,
      part integer not null,
      candles integer not null,
      crc32 bigint not null,
      runs bytea not null,
      primary key (day, part)
    )`,
    // It is packed already.
    `alter table archive_months alter column runs set storage external`,
    `alter table archive_days alter column runs set storage external`,
    // Days whose months changed since the day was put together.
    `create table archive_unsettled (
      day integer primary key,
      writes bigint not null
    )`,
    // Today, a row a candle, until it is packed.
    `create table archive_live (
      instrument integer not null,
      minute integer not null,
      open integer not null,
      high integer not null,
      low integer not null,
      close integer not null,
      volume bigint not null,
      open_interest bigint not null,
      primary key (instrument, minute)
    )`,
    // What an import has finished, so that it can go on where it was stopped.
    `create table archive_imports (
      source text not null,
      item text not null,
      candles bigint not null,
      checksum text not null,
      finished_at timestamptz not null default now(),
      primary key (source, item)
    )`
  ),
  "0007_history": statements(
    `create table history_downloads (
      id text primary key,
      source text not null,
      interval text not null,
      from_day text not null,
      to_day text not null,
      symbols integer not null,
      created_at timestamptz not null default now()
    )`,
    // What is asked for together. Days are Indian, YYYY-MM-DD, and sort as text.
    `create table history_chunks (
      download text not null,
      number integer not null,
      source text not null,
      symbol text not null,
      segment text not null,
      interval text not null,
      from_day text not null,
      to_day text not null,
      -- planned, done, incomplete (days of a liquid instrument are missing), failed
      state text not null default 'planned',
      -- Answers: in all, and the last time that it was asked for.
      requests integer not null default 0,
      last_requests integer not null default 0,
      candles integer not null default 0,
      checksum text not null default '',
      repairs jsonb not null default '{}',
      -- Days that the server has no candles of, and that is in order.
      empty_days jsonb not null default '[]',
      -- Days that are wanted and not there.
      missing_days jsonb not null default '[]',
      problem text not null default '',
      finished_at timestamptz,
      primary key (download, number)
    )`,
    `create index history_chunks_open on history_chunks (download, number) where state = 'planned'`,
    `create index history_chunks_by_symbol on history_chunks (symbol, interval, source)`,
    `create index history_chunks_finished on history_chunks (source, finished_at) where finished_at is not null`
  ),
  // Plain rows out of the archive for whoever speaks SQL. The layout of a run is in packages/engine/src/archive/CandleRun.ts.
  "0008_archive_candles": statements(
    // A word of 32 bits, little-endian; the words are counted from 0.
    `create function archive_word(runs bytea, word integer) returns bigint language sql immutable as $$
      select get_byte(runs, word * 4)::bigint + get_byte(runs, word * 4 + 1)::bigint * 256
        + get_byte(runs, word * 4 + 2)::bigint * 65536 + get_byte(runs, word * 4 + 3)::bigint * 16777216
    $$`,
    // As a signed number of 32 bits, which is how all of it is counted.
    `create function archive_signed(value bigint) returns bigint language sql immutable as $$
      select ((value + 2147483648) & 4294967295) - 2147483648
    $$`,
    `create function archive_unzigzag(value bigint) returns bigint language sql immutable as $$
      select (value >> 1) # -(value & 1)
    $$`,
    `create function archive_rows(packed bytea) returns table (
      minute integer, open integer, high integer, low integer, close integer, volume bigint, open_interest bigint
    ) language plpgsql immutable as $$
    declare
      -- A value may end in the last byte, and five are read.
      runs bytea := packed || '\\x0000000000000000'::bytea;
      total integer := length(packed) / 4;
      run integer := 0;
      frames integer; frame integer; size integer; rows integer;
      bits integer[]; words integer; at integer; width integer;
      starts integer[]; place bigint; byte integer;
      head bigint; divisor bigint; last_minute bigint; last_close bigint; interest bigint;
      value bigint[]; i integer; k integer; o bigint; c bigint;
    begin
      while run < total loop
        head := archive_word(runs, run + 1);
        rows := (head & 65535)::integer;
        divisor := archive_signed(archive_word(runs, run + 3));
        last_minute := (head >> 16) * 1440 - 330 + (archive_word(runs, run + 2) >> 16) - 1;
        last_close := archive_signed(archive_word(runs, run + 4));
        interest := archive_signed(archive_word(runs, run + 5));
        frames := (rows + 63) / 64;
        at := run + 6 + (frames * 7 + 3) / 4;
        for frame in 0 .. frames - 1 loop
          size := least(64, rows - frame * 64);
          bits := '{}';
          starts := '{}';
          for k in 0 .. 6 loop
            width := get_byte(runs, (run + 6) * 4 + frame * 7 + k);
            bits := bits || width;
            starts := starts || at;
            at := at + (size * width + 31) / 32;
          end loop;
          for i in 0 .. size - 1 loop
            value := '{}';
            for k in 1 .. 7 loop
              width := bits[k];
              if width = 0 then
                value := value || 0::bigint;
              else
                place := starts[k]::bigint * 32 + i * width;
                byte := (place / 8)::integer;
                value := value || (((get_byte(runs, byte)::bigint + get_byte(runs, byte + 1)::bigint * 256
                  + get_byte(runs, byte + 2)::bigint * 65536 + get_byte(runs, byte + 3)::bigint * 16777216
                  + get_byte(runs, byte + 4)::bigint * 4294967296) >> (place % 8)::integer)
                  & ((1::bigint << width) - 1));
              end if;
            end loop;
            last_minute := last_minute + value[1] + 1;
            o := archive_signed(last_close + archive_unzigzag(value[2]));
            c := archive_signed(o + archive_unzigzag(value[3]));
            interest := archive_signed(interest + archive_unzigzag(value[7]));
            minute := last_minute::integer;
            open := archive_signed(o * divisor)::integer;
            close := archive_signed(c * divisor)::integer;
            high := archive_signed(archive_signed(greatest(o, c) + value[4]) * divisor)::integer;
            low := archive_signed(archive_signed(least(o, c) - value[5]) * divisor)::integer;
            volume := value[6];
            open_interest := interest & 4294967295;
            last_close := c;
            return next;
          end loop;
        end loop;
        run := run + (archive_word(runs, run + 2) & 65535)::integer;
      end loop;
    end
    $$`,
    // Candles of one instrument that start in [since, until): prices in rupees, live rows over packed ones.
    `create function archive_candles(symbol text, since timestamptz, until timestamptz) returns table (
      "time" timestamptz, open numeric, high numeric, low numeric, close numeric, volume bigint, open_interest bigint
    ) language sql stable as $$
      select to_timestamp(found.minute * 60::float8), found.open / 100::numeric, found.high / 100::numeric,
        found.low / 100::numeric, found.close / 100::numeric, found.volume, found.open_interest
      from (
        select distinct on (every.minute) every.* from (
          select rows.*, 0 as live
          from archive_instruments i
          join archive_months m on m.instrument = i.id
            and m.last_minute >= extract(epoch from $2) / 60 and m.first_minute < extract(epoch from $3) / 60
          cross join lateral archive_rows(m.runs) rows
          where i.symbol = $1
          union all
          select l.minute, l.open, l.high, l.low, l.close, l.volume, l.open_interest, 1
          from archive_instruments i join archive_live l on l.instrument = i.id where i.symbol = $1
        ) every
        where every.minute >= extract(epoch from $2) / 60 and every.minute < extract(epoch from $3) / 60
        order by every.minute, every.live desc
      ) found
      order by found.minute
    $$`
  ),
  "0009_archive_differences": statements(
    `create table archive_differences (
      instrument int4 not null,
      minute int4 not null,
      open int4 not null,
      high int4 not null,
      low int4 not null,
      close int4 not null,
      volume int8 not null,
      open_interest int8 not null,
      replaced_at timestamptz not null default now(),
      primary key (instrument, minute, replaced_at)
    )`
  ),
  // Days that a session recorded and packed, a row an instrument, and how its candles compare with the official ones.
  "0010_recorded_candles": statements(
    `create table recorded_candles (
      -- Indian, YYYY-MM-DD, and sorts as text.
      day text not null,
      symbol text not null,
      segment text not null,
      -- waiting for the official candles, compared with them, refused: there are none to be had
      state text not null default 'waiting',
      same integer not null default 0,
      other_price integer not null default 0,
      other_volume integer not null default 0,
      only_here integer not null default 0,
      only_there integer not null default 0,
      problem text not null default '',
      compared_at timestamptz,
      primary key (day, symbol)
    )`,
    `create index recorded_candles_waiting on recorded_candles (day) where state = 'waiting'`
  ),
  // The brokers' official daily candles, apart from the archive's minutes.
  "0011_official_days": statements(
    `create table official_days (
      instrument integer not null,
      -- Indian date of the trading day.
      day date not null,
      open integer not null,
      high integer not null,
      low integer not null,
      close integer not null,
      volume bigint not null,
      open_interest bigint,
      -- broker:account, or the address of a history server
      source text not null,
      fetched_at timestamptz not null,
      primary key (instrument, day)
    )`,
    // The engine that ran it goes on with it after a restart, by itself.
    `alter table history_downloads add column goes_on boolean not null default false`
  ),
  // The newest are listed, and the oldest forgotten.
  "0012_archive_differences_by_age": statements(
    `create index archive_differences_by_age on archive_differences (replaced_at)`
  ),
  // Whether an auction makes the close of a share; null where the broker does not tell.
  "0013_closing_auctions": statements(
    `alter table instrument_versions add column closing_auction boolean`,
    `alter table instrument_staging add column closing_auction boolean`
  ),
  // BSE's group of a share, which decides what the exchange charges; null where the broker does not tell.
  "0014_share_groups": statements(
    `alter table instrument_versions add column share_group text`,
    `alter table instrument_staging add column share_group text`
  )
})

export const migrate = Migrator.make({})({ loader: migrations, table: "keepgaining_migrations" })
