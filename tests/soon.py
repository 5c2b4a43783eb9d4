"""How soon a page shows a breach. The second that is promised is held by the drills, which run
alone; the suite runs beside others on both processors, where a second says nothing of the code."""

import pytest

SOON = [
    pytest.param(15.0, id="in the suite"),
    pytest.param(1.0, id="alone", marks=pytest.mark.drill),
]
