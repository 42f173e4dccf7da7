"""Two admins draw from one campaign at the same moment: real threads, on whichever database the suite runs."""

import uuid

import pytest

from evaluations.spot_checks import drawing
from evaluations.spot_checks.drawing import DrawnMeanwhile, Seed, Size
from evaluations.spot_checks.models import SpotCase, SpotCheck
from evaluations.spot_checks.population import Wanted
from tests.declarations.test_conflicts import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_draws_and_the_other_is_told(confirmed, season_2020, people):
    confirmed(4)
    seen = drawing.preview(season_2020, Wanted(), Size(2)).fingerprint

    def work(name):
        asked = {"actor": people[name], "seen": seen, "number": 1, "key": uuid.uuid4()}
        try:
            return drawing.draw_sample(season_2020, Wanted(), Size(2), Seed(), **asked).drawn_by.username
        except DrawnMeanwhile as told:
            return f"{told.other.drawn_by.username}先抽了"

    said = at_once([lambda: work("业务管理员"), lambda: work("财政审核人")])
    winner = SpotCheck.objects.get().drawn_by.username
    assert sorted(said) == sorted([winner, f"{winner}先抽了"])
    assert SpotCase.objects.count() == 2
