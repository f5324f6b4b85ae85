from typing import Any

import pytest
import requests

from tests.unit.preflight.wire import Wire


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """No request of this test leaves the machine."""
    wire = Wire()

    def adapter(*_: Any, **__: Any) -> Wire:
        return wire

    monkeypatch.setattr(requests.Session, "get_adapter", adapter)
    return wire
