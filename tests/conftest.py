"""What holds for all tests."""

from hypothesis import settings

# A busy machine must not fail a property.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
