"""What holds for all tests."""

import sys

import pytest
from hypothesis import settings

# A busy machine must not fail a property.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(autouse=True)
def _one_thread_of_torch():
    """On few numbers PyTorch's threads mostly wait for each other; nobody imports it for this."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
