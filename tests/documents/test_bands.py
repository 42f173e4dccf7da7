"""Bands are the form, cut: every place once, in order, with marks and changes where they belong."""

import re
from itertools import chain

import pytest

from declarations.published import published_documents
from perfgoals.documents import paper
from perfgoals.documents.bands import Beside, bands, blocks, decorated, with_beside
from perfgoals.documents.parts import Mark
from perfgoals.editions import get_edition

DOCUMENTS = dict(published_documents())


def _paths(html):
    return [path for path in re.findall(r'data-path="([^"]*)"', html) if path]


@pytest.mark.parametrize("source", ["xxzx-2020-1", "sjrb-2018-4", "czj-2020-7", "sjrb-2018-disclosure-1"])
def test_bands_show_what_the_form_shows(source):
    document = DOCUMENTS[source]
    edition = get_edition(document.form)
    sheet = paper.lay_out(document, edition)
    drawn = bands(sheet, edition)
    whole = paper.html(document, edition, for_screen=True)
    cut = [path for band in drawn for path in _paths(band.html)]
    assert list(dict.fromkeys(cut)) == list(dict.fromkeys(_paths(whole)))
    assert [band.paths for band in drawn] == [block.paths for block in blocks(sheet, edition)]
    texts = [re.sub(r"\s+", "", text) for path, text in paper.printed_texts(sheet) if path != "declaring_unit"]
    plain = re.sub(r"\s+", "", re.sub(r"<[^>]+>", "", "".join(band.html for band in drawn)))
    plain = plain.replace("&gt;", ">").replace("&lt;", "<").replace("&quot;", '"').replace("&#x27;", "'")
    assert [text for text in texts if text not in plain.replace("&amp;", "&")] == []


def test_a_form_with_a_layout_of_its_own_is_one_band_above_its_indicators():
    edition = get_edition("national-2021-declaration")
    source = DOCUMENTS["xxzx-2020-1"]
    sheet = paper.lay_out(source, edition)
    titles = [band.title for band in bands(sheet, edition)]
    assert titles[0] == "项目信息"
    assert titles.count("项目信息") == 1


def test_marks_and_changes_stand_at_their_places_and_are_escaped():
    document = DOCUMENTS["xxzx-2020-1"]
    edition = get_edition(document.form)
    sheet = decorated(
        paper.lay_out(document, edition),
        marks={"necessity": (Mark(3, "doubt"),), "indicators": (Mark(4),)},
        pieces={"necessity": [("equal", "拟对"), ("delete", "<b>"), ("insert", "2号楼")]},
    )
    html = "".join(band.html for band in bands(sheet, edition))
    assert "拟对<del>&lt;b&gt;</del><ins>2号楼</ins>\u3000<a" in html
    assert 'href="#n3" id="m3"' in html
    assert html.count('id="m4"') == 1  # the heading is there for every group, its note once


def test_last_year_stands_in_a_column_of_its_own_and_widths_still_fill_the_table():
    document = DOCUMENTS["xxzx-2020-1"]
    edition = get_edition(document.form)
    row = document.indicators[0].row_id
    sheet = with_beside(paper.lay_out(document, edition), Beside("上年目标值（不印）", {row: "合理"}))
    assert sum(sheet.indicators.widths) == 100
    assert sheet.indicators.lines[0].places[-1].text == "合理"
    paths = list(chain.from_iterable(block.paths for block in blocks(sheet, edition)))
    assert "" not in paths


@pytest.mark.parametrize("source", sorted(DOCUMENTS))
def test_blocks_may_be_drawn_together_in_any_sizes(source):
    document = DOCUMENTS[source]
    edition = get_edition(document.form)
    sheet = paper.lay_out(document, edition)
    found = blocks(sheet, edition)
    assert all(block.height > 0 for block in found)
    every = list(dict.fromkeys(path for block in found for path in block.paths))
    apart = "".join(band.html for band in bands(sheet, edition))
    for sizes in ([2, len(found) - 3, 1], [len(found)]):
        joined = bands(sheet, edition, sizes=sizes)
        assert len(joined) == len(sizes)
        assert list(dict.fromkeys(path for band in joined for path in band.paths)) == every
        drawn = _paths("".join(band.html for band in joined))
        assert list(dict.fromkeys(drawn)) == list(dict.fromkeys(_paths(apart)))
