"""Every rule of the schema was seen to fire through the installed command, in a test that has just run."""

from pathlib import Path

from atstats.schema import load

_SCHEMA = load(Path(__file__).resolve().parents[2] / "schemas")


def test_every_rule_was_seen_to_fire(fired: frozenset[str]) -> None:
    """Whoever adds a rule plants its fault, and whoever takes a test away leaves its rule unseen."""
    assert sorted(set(_SCHEMA.rules) - fired) == []
