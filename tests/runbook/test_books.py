"""Which runbooks can be opened, and with what."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.errors import InputError
from coopnb.runbook import RUNBOOKS, open_book
from coopnb.runner.models import declared, find_model, read_model


def test_an_unknown_runbook_is_refused_with_those_there_are(tmp_path: Path) -> None:
    """A mistyped runbook must be told beside the names of all that can be opened."""
    with pytest.raises(InputError, match="no runbook deploy_app") as refused:
        open_book("deploy_app", workspace=tmp_path)
    for name in RUNBOOKS:
        assert name in str(refused.value.what)


def test_an_unknown_parameter_is_refused_with_those_there_are(tmp_path: Path) -> None:
    """A mistyped parameter must be told beside the names that the runbook takes."""
    with pytest.raises(InputError, match="deploy-app has no parameter sever") as refused:
        open_book("deploy-app", workspace=tmp_path, sever="practice")
    assert refused.value.what == "it has: server, recipe, version, domain, approve, reason, accept"


@pytest.mark.parametrize("runbook", sorted(RUNBOOKS))
def test_a_model_declares_the_parameters_of_its_book(runbook: str) -> None:
    """Every parameter that a book takes must stand in the parameters cell of its model, and no other."""
    assert set(declared(read_model(find_model(runbook)))) == set(RUNBOOKS[runbook].parameters)
