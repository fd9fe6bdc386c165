"""Network namespaces of the test's own, joined by a virtual cable. Traffic never leaves them; they always go away."""

from __future__ import annotations

import contextlib
import uuid

import pytest
from namespaces import cabled, namespace_called, why_not


@pytest.fixture
def namespace():
    """One namespace with nothing but its own loopback."""
    if reason := why_not():
        pytest.skip(reason)
    with namespace_called(f"recon-{uuid.uuid4().hex[:8]}") as made:
        yield made


@pytest.fixture
def cable():
    """A scanner and a target, joined by a cable of two queues at each end."""
    if reason := why_not():
        pytest.skip(reason)
    with cabled() as made:
        yield made


@pytest.fixture
def answering(cable, stack):
    """The port that every address of the target's /16 answers on: it accepts, says nothing and closes."""
    return cable.listen(stack)


@pytest.fixture
def stack():
    """Whatever has to end with the test."""
    with contextlib.ExitStack() as held:
        yield held
