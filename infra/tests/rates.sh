# Exchange rates from the emulated central bank, and revenue converted with them. Sourced by run.sh.
# shellcheck shell=bash

# ago DAYS: the date so many days ago.
ago() {
    date -u -d "$1 days ago" +%F
}

# Weekends, currencies without and with three digits, a refund, dollars, a currency nobody publishes, and a day long ago.
write_sponsorships() {
    local day number=0
    printf 'channel_id,date,sponsor,amount,currency,reference\n' >"$WORK/sponsors.csv"
    : >"$WORK/expected"
    for day in $(seq 3 12); do
        while read -r currency amount minor; do
            number=$((number + 1))
            printf 'UC4PooiX37Pld1T8J5SYT-SQ,%s,Acme,%s,%s,ref-%s\n' "$(ago "$day")" "$amount" "$currency" "$number" >>"$WORK/sponsors.csv"
            printf 'ref-%s %s %s %s\n' "$number" "$currency" "$(ago "$day")" "$minor" >>"$WORK/expected"
        done <<T
EUR 1500.50 150050
JPY 123457 123457
GBP -20.01 -2001
USD 12.34 1234
KWD 1.234 1234
T
    done
    printf 'UC4PooiX37Pld1T8J5SYT-SQ,%s,Acme,77.77,SEK,old\n' "$(ago 300)" >>"$WORK/sponsors.csv"
    printf 'old SEK %s 7777\n' "$(ago 300)" >>"$WORK/expected"
}

# in_dollars NAME FILE: what SQL says is what the bank's file gives.
in_dollars() {
    curl --silent --max-time 30 --output "$WORK/rates.xml" "$EMULATOR_URL/stats/eurofxref/$2"
    ytempire sql --json "SELECT reference_id, currency, day, amount_minor, usd_minor, usd_rate, usd_rate_on FROM silver.revenue_records"
    cp "$OUT" "$WORK/rows.json"
    succeeds "$1" "$PYTHON" "$CHECKS/check_rates.py" "$WORK/rates.xml" "$WORK/rows.json" "$WORK/expected"
}

test_rates() {
    section "exchange rates and US dollars"
    start_emulator --seed 3 || return 0
    DATA=$WORK/rates
    export ECB_BASE_URL=$EMULATOR_URL/
    write_sponsorships
    ytempire ingest file "$WORK/sponsors.csv"
    ends_with 0 "sponsorships in five currencies"
    ytempire sql --json "SELECT count(*) AS n FROM silver.revenue_records WHERE usd_minor IS NOT NULL"
    equals "without rates only dollars are dollars" "$(json 'd[0]["n"]')" 10
    ytempire ingest exchange-rates --currency yen
    ends_with 2 "a currency that is none"
    ytempire ingest exchange-rates --currency all
    ends_with 0 "the rates of 90 days"
    in_dollars "every amount is what the bank's rates make of it" eurofxref-hist-90d.xml
    ytempire ingest exchange-rates --currency all
    ends_with 0 "once more"
    printf '[sources.exchange-rates]\ncurrencies = ["all"]\nhistory_days = 400\n' >"$WORK/ytempire.toml"
    pushd "$WORK" >/dev/null || return 0
    ytempire ingest exchange-rates
    ends_with 0 "a longer history"
    in_dollars "what is old is converted, too" eurofxref-hist.xml
    ytempire sql --json "SELECT count(*) - count(DISTINCT currency || day) AS n FROM bronze.finance_exchange_rates"
    equals "no rate is there twice" "$(json 'd[0]["n"]')" 0
    popd >/dev/null || return 0
    rm -f "$WORK/ytempire.toml"
    unset ECB_BASE_URL
    stop_emulator TERM
}
