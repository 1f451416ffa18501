"""Tables that are broken in uncommon ways are refused with a word, in little memory."""

import csv
import gzip

import pytest

from itas_graph import table_import, tables
from itas_graph.errors import DataError

HEAD = "organisation,project,role,source\n"
ROW = "Beispiel GmbH,Kurs,beneficiary,a.csv\n"
OPTIONS = table_import.Settings(
    "muster",
    values=("role:beneficiary=involved",),
    described=(("url", "https://example.org/a"), ("source_kind", "overview")),
)


def take(small, path, report):
    return table_import.run(small.workspace, path, OPTIONS, report, "en")


def test_a_table_of_too_many_columns_is_refused_with_their_number(small, tmp_path):
    path = tmp_path / "breit.csv"
    path.write_text(HEAD.strip() + "," * 5000 + "\n" + ROW, "utf-8")
    with pytest.raises(DataError) as refused:
        take(small, path, None)
    assert "5,004 columns" in refused.value.message.en
    assert "5.004 Spalten" in refused.value.message.de


@pytest.mark.parametrize("packed", [False, True])
def test_a_line_without_end_is_never_held_in_memory(small, tmp_path, monkeypatch, packed):
    monkeypatch.setattr(tables, "_MAX_LINE", 5_000)
    text = f'{HEAD}{ROW}"{"x" * 200_000}",Kurs,beneficiary,a.csv\n{ROW}'
    path = tmp_path / ("lang.csv.gz" if packed else "lang.csv")
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    report = tmp_path / "refused.csv"
    taken = take(small, path, report)
    assert (taken.counted.taken, taken.counted.refused) == (1, 1)
    with report.open(encoding="utf-8-sig", newline="") as stream:
        (refused,) = csv.DictReader(stream)
    assert refused["row"] == "3"
    assert "longer than 5,000 characters" in refused["problem"]
