"""coopnb and the docker CLI read the whole corpus: the canonical forms are equal, and both refuse the same files.

Forms are compared as plain values: the order of keys does not matter, types do. See ``tests/recipe/corpus.py`` for
what is taken off before.
"""

from __future__ import annotations

import pytest

from tests.recipe.corpus import Answer, Case, answers, cases, difference
from tests.testbed.cli import docker_cli, major_version
from tests.testbed.requirements import required

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def read() -> list[tuple[Case, Answer]]:
    """Every case with docker's answer, asked once."""
    asked = cases()
    try:
        version = major_version(docker_cli())
    except Exception as error:  # no CLI, and none can be fetched: said with what was not compared
        message = f"{len(asked)} cases of the corpus were NOT compared: there is no docker CLI of version 28 ({error})"
        if required():
            pytest.fail(message, pytrace=False)
        pytest.skip(message)
    assert version >= 28
    return list(zip(asked, answers(asked), strict=True))


def test_both_read_the_same_in_every_file(read: list[tuple[Case, Answer]], capsys: pytest.CaptureFixture[str]) -> None:
    """Every file of the corpus must mean to coopnb what it means to docker, or be refused by both."""
    different = [text for case, answer in read if (text := difference(case, answer))]
    refused = sum(bool(answer.error) for _, answer in read)
    with capsys.disabled():
        print(
            f"\ncorpus: {len(read)} cases, docker CLI {major_version(docker_cli())}: {len(read) - refused} read, "
            f"{refused} refused, {len(different)} different"
        )
    assert different == []


def test_the_names_of_the_corpus_are_docker_s_own_verdicts(read: list[tuple[Case, Answer]]) -> None:
    """docker must refuse exactly the files whose names say so."""
    wrong = [f"{case.name}: {answer.error}" for case, answer in read if bool(answer.error) != case.refused]
    assert wrong == []
