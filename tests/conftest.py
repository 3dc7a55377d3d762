"""Fixtures every test may use."""

from hypothesis import HealthCheck, settings

# A slow machine is no failure: properties are about what holds, not about how long it took.
settings.register_profile("linli", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("linli")
