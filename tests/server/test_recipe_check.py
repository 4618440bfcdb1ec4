"""A recipe, checked before any app uses it."""

from __future__ import annotations

from pathlib import Path

import pytest

from coopnb.commons import plant_samples
from coopnb.errors import CommonsError
from coopnb.server.recipe_check import check_recipe
from coopnb.workspace import Workspace


def checked(tmp_path: Path, **files: str) -> tuple[str, ...]:
    """Severity and text of every finding in a recipe of these files."""
    samples = tmp_path / "samples"
    folder = samples / "choir" / "1.0.0+1"
    folder.mkdir(parents=True)
    for name, content in {"env": "TYPE=choir\nDOMAIN=choir.example.com\n", **files}.items():
        (folder / {"env": ".env.sample", "compose": "compose.yml"}[name]).write_text(content)
    workspace = Workspace(tmp_path / "workspace")
    plant_samples(workspace, samples)
    return tuple(str(finding) for finding in check_recipe(workspace, "choir")[1])


def test_the_samples_have_no_errors(tmp_path: Path) -> None:
    """Every sample recipe must check without an error, and nothing of the check may stay."""
    from coopnb.samples import RECIPES

    workspace = Workspace(tmp_path / "workspace")
    for recipe in plant_samples(workspace, RECIPES):
        source, findings = check_recipe(workspace, recipe)
        assert source.recipe == recipe and not [finding for finding in findings if finding.severity == "error"]
    assert not workspace.servers.exists()
    assert [path.name for path in workspace.own.iterdir()] == ["commits.jsonl"]


def test_what_cannot_be_read_is_an_error_with_its_place(tmp_path: Path) -> None:
    """A compose file that does not parse must be one finding that names file and line."""
    (found,) = checked(tmp_path, compose="services:\n  app: {image: a:1\n")
    assert found.startswith("error") and "compose.yml:" in found


def test_what_a_swarm_drops_is_a_warning(tmp_path: Path) -> None:
    """A key without effect must be told and must not be an error."""
    found = checked(tmp_path, compose="services:\n  app: {image: a:1, depends_on: [db]}\n  db: {image: b:1}\n")
    assert any(text.startswith("warning") and "depends_on" in text for text in found)
    assert not any(text.startswith("error") for text in found)


def test_a_recipe_without_a_sample_is_none(tmp_path: Path) -> None:
    """Without .env.sample nobody knows the settings, so the check must say so."""
    samples = tmp_path / "samples"
    (samples / "bare" / "1.0.0+1").mkdir(parents=True)
    (samples / "bare" / "1.0.0+1" / "compose.yml").write_text("services: {app: {image: a:1}}\n")
    workspace = Workspace(tmp_path / "workspace")
    plant_samples(workspace, samples)

    with pytest.raises(CommonsError, match=r"\.env\.sample"):
        check_recipe(workspace, "bare")
