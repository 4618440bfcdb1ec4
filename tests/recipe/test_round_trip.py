"""Generated stacks: what is read, printed in its canonical form and read again must be the same."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from coopnb.model.compose import Compose
from coopnb.recipe.files import RecipeFiles
from coopnb.recipe.load import read_files
from tests.recipe.printed import Plain, printed

ROOT = Path("/nowhere")
NAMES = st.from_regex(r"[a-zA-Z0-9._-]{1,8}", fullmatch=True)
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufeff"), min_size=1, max_size=12
)
WORDS = st.lists(TEXTS, max_size=3)
APART = st.lists(TEXTS, max_size=3, unique=True)
DURATIONS = st.integers(0, 10**6).map(lambda milliseconds: f"{milliseconds}ms")
COUNTS = st.integers(0, 10**6)
SIZES = st.integers(0, 10**6).map(lambda size: f"{size}k")
PAIRS = st.dictionaries(TEXTS.filter(lambda name: "=" not in name), st.none() | TEXTS | COUNTS, max_size=3)
ORDERS = st.sampled_from(["start-first", "stop-first"])
POLICY = st.fixed_dictionaries(
    {},
    optional={
        "parallelism": COUNTS,
        "delay": DURATIONS,
        "monitor": DURATIONS,
        "order": ORDERS,
        "failure_action": TEXTS,
        "max_failure_ratio": st.floats(0, 1, width=32),
    },
)
DEPLOY = st.fixed_dictionaries(
    {},
    optional={
        "mode": st.sampled_from(["replicated", "global"]),
        "replicas": COUNTS,
        "labels": PAIRS,
        "update_config": POLICY,
        "rollback_config": POLICY,
        "restart_policy": st.fixed_dictionaries(
            {}, optional={"condition": TEXTS, "delay": DURATIONS, "window": DURATIONS}
        ),
        "resources": st.fixed_dictionaries(
            {}, optional={"limits": st.fixed_dictionaries({}, optional={"memory": SIZES, "pids": COUNTS})}
        ),
        "placement": st.fixed_dictionaries({}, optional={"constraints": WORDS, "max_replicas_per_node": COUNTS}),
    },
)
PORT = st.fixed_dictionaries(
    {"target": st.integers(1, 65535)},
    optional={"published": st.integers(1, 65535), "protocol": st.sampled_from(["tcp", "udp"]), "mode": TEXTS},
)
SERVICE = st.fixed_dictionaries(
    {"image": TEXTS},
    optional={
        "command": WORDS,
        "entrypoint": WORDS,
        "environment": PAIRS,
        "labels": PAIRS,
        "deploy": DEPLOY,
        "ports": st.lists(PORT, max_size=2, unique_by=lambda port: port["target"]),
        "healthcheck": st.fixed_dictionaries({}, optional={"test": WORDS, "interval": DURATIONS, "retries": COUNTS}),
        "networks": st.dictionaries(NAMES, st.fixed_dictionaries({}, optional={"aliases": APART}), max_size=2),
        "cap_add": APART,
        "dns": APART,
        "init": st.booleans(),
        "tty": st.booleans(),
        "user": TEXTS,
        "stop_grace_period": DURATIONS,
        "sysctls": PAIRS,
        "ulimits": st.dictionaries(st.from_regex("[a-z]{1,8}", fullmatch=True), st.integers(1, 99), max_size=2),
    },
)
STACK = st.fixed_dictionaries(
    {"services": st.dictionaries(NAMES, SERVICE, min_size=1, max_size=3)},
    optional={"networks": st.dictionaries(NAMES, st.fixed_dictionaries({}, optional={"labels": PAIRS}), max_size=2)},
)


@settings(max_examples=150, deadline=None)
@given(STACK)
def test_a_generated_stack_round_trips(stack: dict[str, Any]) -> None:
    """A stack that was read must be printed so that it reads as itself, whatever its texts hold."""
    with tempfile.TemporaryDirectory() as folder:
        first = printed(_read(Path(folder), stack), ROOT)
        assert printed(_read(Path(folder), first), ROOT) == first


def _read(folder: Path, form: Plain) -> Compose:
    """Read a form as a file: JSON, in which every text is in quotes."""
    (folder / "compose.yml").write_text(json.dumps(_escaped(form), ensure_ascii=False), encoding="utf-8")
    return read_files(RecipeFiles(folder), ["compose.yml"], {}).compose


def _escaped(value: Any) -> Any:
    """Every dollar is meant as one; in a key it is none of a setting anyway."""
    if isinstance(value, dict):
        return {key: _escaped(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_escaped(item) for item in value]
    return value.replace("$", "$$") if isinstance(value, str) else value
