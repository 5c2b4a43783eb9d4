"""The kernel's builds, each made once."""

from typing import Any

import pytest

from propdesk.engine.builds import Build, build_kernel


@pytest.fixture(scope="session", params=[Build.PLAIN, Build.CHECKED])
def kernel(request: pytest.FixtureRequest) -> Any:
    """As it is written, and compiled with every index checked."""
    return build_kernel(request.param)
