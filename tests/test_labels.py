"""Every word stands in one file, in both languages."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

from htcoverage import labels
from htcoverage.errors import InputError


def _topics() -> dict[str, dict[str, tuple[str, str]]]:
    modules = (
        importlib.import_module(f"htcoverage.labels.{found.name}")
        for found in pkgutil.iter_modules(labels.__path__)
    )
    return {m.__name__: value for m in modules for n, value in vars(m).items() if n.isupper()}


def test_no_key_stands_in_two_topics_and_every_topic_is_found() -> None:
    keys = [key for words in _topics().values() for key in words]
    assert sorted(keys) == sorted(set(keys))
    for key in keys:
        assert labels.label(key, "en") != ""
        assert labels.label(key, "vi") != ""


def test_another_language_is_an_error_that_names_it() -> None:
    with pytest.raises(InputError, match="'en' or 'vi'"):
        labels.label("gap", "fr")  # type: ignore[arg-type]
