"""Settings of the property tests: bounded, the same on every machine, and never failed for being slow."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "recon", max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
settings.load_profile("recon")
