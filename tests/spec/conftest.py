"""A record of the rules that tests have seen to fire, compared with the schema once all of them have run."""

from collections.abc import Callable, Collection
from pathlib import Path

import pytest

_FIRED = pytest.StashKey[set[str]]()
_LAST = "test_every_rule_fires.py"
_HERE = Path(__file__).resolve().parent


def pytest_configure(config: pytest.Config) -> None:
    """An empty record for the session."""
    config.stash[_FIRED] = set()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What asks for the record runs after what fills it."""
    items.sort(key=lambda item: item.path.name == _LAST)


@pytest.fixture
def fires(request: pytest.FixtureRequest) -> Callable[..., None]:
    """`fires("VIC-02", at=place, among=found)`: the rule has spoken there, and that is put on record.

    `among` holds addresses that begin with the rule, or is the text that a command has printed.
    """

    def seen(rule: str, *, at: tuple[str, ...] | str, among: Collection[tuple[str, ...]] | str) -> None:
        assert at in among
        assert rule in (among if isinstance(among, str) else at)
        request.config.stash[_FIRED].add(rule)

    return seen


@pytest.fixture
def fired(request: pytest.FixtureRequest) -> frozenset[str]:
    """The rules on record; known only where nothing of this folder was left out of the session."""
    config = request.config
    asked = [Path(argument) for argument in map(str, config.args)]
    folders = {each.resolve() for each in asked if "::" not in str(each)}
    chosen = [name for name in ("keyword", "markexpr", "deselect", "lf") if config.getoption(name, None)]
    if chosen or not folders.intersection((_HERE, *_HERE.parents)):
        pytest.skip("only a run of the whole folder has seen every rule")
    return frozenset(config.stash[_FIRED])
