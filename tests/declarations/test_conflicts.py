"""Two people in one form, in earnest: real threads, real connections, on whichever database the suite runs."""

import threading

import pytest
from django.db import connections

from declarations.fields import place_of
from declarations.models import Declaration, FieldMark, Indicator
from perfgoals.accounts.models import User
from perfgoals.filling.editing import FieldChange, save_fields

WRITERS = 8
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(works):
    """Run each work in its own thread and connection, all released together; their results in order."""
    barrier, results, errors = threading.Barrier(len(works)), [None] * len(works), []

    def run(number, work):
        try:
            barrier.wait(timeout=30)
            results[number] = work()
        except Exception as error:  # a thread's failure must fail the test
            errors.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not errors, errors
    return results


def writer(draft, actor, changes):
    def work():
        own = Declaration.objects.get(pk=draft.pk)
        return save_fields(own, changes, actor=User.objects.get(pk=actor.pk))

    return work


@pytest.fixture
def shared(make_declaration):
    return make_declaration()


def test_of_eight_writers_of_one_field_one_wins(shared, people):
    actor = people["信息中心填报人"]
    texts = [f"第 {number} 个人写的。" for number in range(WRITERS)]
    outcomes = at_once([writer(shared, actor, [FieldChange("necessity", text)]) for text in texts])
    winners = [outcome.saved[0] for outcome in outcomes if outcome.saved]
    assert len(winners) == 1
    fresh = Declaration.objects.get(pk=shared.pk)
    assert fresh.necessity == winners[0].value
    assert {c.theirs for outcome in outcomes for c in outcome.conflicts} == {winners[0].value}
    assert sum(len(outcome.conflicts) for outcome in outcomes) == WRITERS - 1
    assert (fresh.version, FieldMark.objects.get().version) == (2, 1)


def test_eight_writers_of_one_field_that_was_saved_before(shared, people):
    actor = people["信息中心填报人"]
    save_fields(shared, [FieldChange("necessity", "先前。")], actor=actor)
    outcomes = at_once(
        [writer(shared, actor, [FieldChange("necessity", f"{number}。", 1)]) for number in range(WRITERS)]
    )
    assert sum(len(outcome.saved) for outcome in outcomes) == 1
    assert FieldMark.objects.get().version == 2


def test_eight_writers_of_eight_fields_lose_nothing(shared, people):
    keys = ["project_name", "project_overview", "legal_basis", "necessity", "safeguards", "implementation_plan"]
    keys += ["overall_goal", "budget.total"]
    actors = [people["信息中心填报人"], people["信息中心同事"]] * 4
    outcomes = at_once(
        [
            writer(shared, actor, [FieldChange(key, f"{number}00")])
            for number, (key, actor) in enumerate(zip(keys, actors, strict=True), 1)
        ]
    )
    assert all(outcome.saved and not outcome.conflicts for outcome in outcomes)
    document = Declaration.objects.get(pk=shared.pk).document()
    assert [document.text(key) for key in keys] == [f"{number}00" for number in range(1, 9)]
    assert Declaration.objects.get(pk=shared.pk).version == 1 + WRITERS
    assert sorted(outcome.version for outcome in outcomes) == list(range(2, 2 + WRITERS))


def test_fields_that_share_a_column_lose_nothing(shared, people):
    """``extra`` is one JSON column: read, change and write must not interleave."""
    Declaration.objects.filter(pk=shared.pk).update(edition_id="national-2021-declaration")
    shared.refresh_from_db()
    found = [place_of(shared.edition, key) for key in shared.edition.fields]
    keys = [place.path for place in found if place and place.write(Declaration(), "") == {"extra"}]
    assert len(keys) > 1
    actor = people["信息中心填报人"]
    at_once([writer(shared, actor, [FieldChange(key, key)]) for key in keys])
    fresh = Declaration.objects.get(pk=shared.pk)
    assert {key: fresh.extra.get(key) for key in keys} == {key: key for key in keys}


def test_pages_that_overlap_in_other_orders_do_not_lock_each_other_out(shared, people):
    keys = ["project_overview", "legal_basis", "necessity", "safeguards"]
    actor = people["信息中心填报人"]
    pages = [
        [FieldChange(key, f"{number}{key}") for key in (keys if number % 2 else reversed(keys))]
        for number in range(WRITERS)
    ]
    outcomes = at_once([writer(shared, actor, page) for page in pages])
    assert sum(len(outcome.saved) for outcome in outcomes) == len(keys)


def test_cells_of_one_row_lose_nothing(shared, people):
    row = Indicator.objects.create(declaration=shared, position=1, level1="产出目标", level2="数量")
    columns = ["name", "target", "definition", "calculation_method", "data_source", "setting_basis", "baseline"]
    actor = people["信息中心填报人"]
    at_once(
        [writer(shared, actor, [FieldChange(f"indicators.{row.row_id}.{c}", f"{len(c)}家")]) for c in columns]
    )
    row.refresh_from_db()
    assert [getattr(row, column) for column in columns] == [f"{len(column)}家" for column in columns]
    assert row.reading_unit == "家"
