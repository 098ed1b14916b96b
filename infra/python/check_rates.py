"""`silver.revenue_records` in US dollars, against the European Central Bank's own file and exact arithmetic.

usage: check_rates.py RATES_XML ROWS_JSON EXPECTED, where a line is: reference_id currency day amount_minor
"""

import json
import sys
import xml.etree.ElementTree as ElementTree
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

# ISO 4217
DIGITS = {"JPY": 0, "KRW": 0, "ISK": 0, "KWD": 3}


def rates_of(path: str) -> dict[date, dict[str, Decimal]]:
    days = {}
    for cube in ElementTree.parse(path).iter():
        if "time" in cube.attrib:
            rates = {one.attrib["currency"]: Decimal(one.attrib["rate"]) for one in cube}
            days[date.fromisoformat(cube.attrib["time"])] = {"EUR": Decimal(1), **rates}
    return days


def expected(days: dict, currency: str, day: date, amount_minor: int) -> tuple[int | None, str | None]:
    if currency == "USD":
        return amount_minor, day.isoformat()
    found = [one for one in (day - timedelta(days=back) for back in range(7)) if currency in days.get(one, {})]
    if not found:
        return None, None
    rates = days[found[0]]
    units = Decimal(amount_minor) / 10 ** DIGITS.get(currency, 2)
    cents = units / rates[currency] * rates["USD"] * 100
    return int(cents.quantize(Decimal(1), ROUND_HALF_UP)), found[0].isoformat()


def main(rates_xml: str, rows_json: str, wanted_lines: str) -> None:
    days = rates_of(rates_xml)
    with open(rows_json, encoding="utf-8") as file:
        rows = {row["reference_id"]: row for row in json.load(file)}
    with open(wanted_lines, encoding="utf-8") as file:
        lines = [line.split() for line in file]
    for reference, currency, day, amount in lines:
        row = rows[reference]
        assert (row["currency"], row["day"], row["amount_minor"]) == (currency, day, int(amount)), row
        wanted = expected(days, currency, date.fromisoformat(day), int(amount))
        got = (row["usd_minor"], row["usd_rate_on"])
        assert got == wanted, f"{reference}: {got}, expected {wanted}"
        if currency not in {"USD"} and wanted[0] is not None:
            rate = days[date.fromisoformat(wanted[1])]
            assert abs(row["usd_rate"] - float(rate["USD"] / rate[currency])) < 1e-12, row
    assert lines and set(rows) == {line[0] for line in lines}, set(rows)
    print(f"{len(lines)} records, {sum(row['usd_minor'] is not None for row in rows.values())} in dollars")


if __name__ == "__main__":
    main(*sys.argv[1:])
