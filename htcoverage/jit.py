"""One decorator for every numba kernel, with a cache that knows all of their sources.

numba's own cache watches only the file that holds a function: a changed callee in another file
leaves stale machine code behind. So the cache lives in a folder named by a hash of every kernel
source; any change makes a new folder.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast, overload

import numba
import platformdirs
from llvmlite import ir
from numba import prange
from numba.extending import intrinsic
from numba.extending import overload as compiled_form

__all__ = ["SCAN_MATH", "kernel", "kernel_cache_dir", "larger", "prange", "smaller"]

_PACKAGE = Path(__file__).parent
_KERNEL_ROOMS = ("propagation", "engine")

#: Liberties for the scans over a profile: values are never NaN, the sign of zero is nothing to a
#: maximum, and a division may become a multiplication. Sums are not re-ordered.
SCAN_MATH = frozenset({"nnan", "ninf", "nsz", "arcp", "contract"})

_F = TypeVar("_F", bound=Callable[..., Any])


@cache
def kernel_cache_dir() -> Path | None:
    """Return the folder of compiled kernels, or None where no such folder can be written.

    ``HTCOVERAGE_CACHE_DIR`` names another root than the user's cache folder.
    """
    digest = hashlib.sha256(numba.__version__.encode())
    sources = [Path(__file__)]
    for room in _KERNEL_ROOMS:
        sources += sorted((_PACKAGE / room).rglob("*.py"))
    for source in sources:
        digest.update(source.relative_to(_PACKAGE).as_posix().encode())
        digest.update(source.read_bytes())
    root = os.environ.get("HTCOVERAGE_CACHE_DIR")
    base = Path(root) if root else platformdirs.user_cache_path("htcoverage", appauthor=False)
    folder = base / "kernels" / digest.hexdigest()[:16]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return None
    return folder if os.access(folder, os.W_OK) else None


@overload
def kernel(function: _F) -> _F: ...
@overload
def kernel(*, parallel: bool = ..., fastmath: frozenset[str] = ...) -> Callable[[_F], _F]: ...
def kernel(
    function: _F | None = None,
    *,
    parallel: bool = False,
    fastmath: frozenset[str] = frozenset(),
) -> _F | Callable[[_F], _F]:
    """Compile a function of plain numbers and arrays with numba, cached by all kernel sources.

    Parameters
    ----------
    function : callable
        The kernel.
    parallel : bool
        Whether ``prange`` loops run on several threads.
    fastmath : frozenset of str
        LLVM's fast-math flags; none by default, so that formulas are computed as written.
    """
    if function is None:
        return lambda f: _compile(f, parallel=parallel, fastmath=fastmath)
    return _compile(function, parallel=parallel, fastmath=fastmath)


def _compile(function: _F, *, parallel: bool, fastmath: frozenset[str]) -> _F:
    folder = kernel_cache_dir()
    before = numba.config.CACHE_DIR
    numba.config.CACHE_DIR = str(folder) if folder else before
    try:
        return cast(
            "_F",
            numba.njit(
                cache=folder is not None,
                parallel=parallel,
                fastmath=set(fastmath) or False,
                nogil=True,
                error_model="numpy",
            )(function),
        )
    finally:
        numba.config.CACHE_DIR = before


def larger(a: Any, b: Any) -> Any:
    """Larger of two numbers that are not NaN: a running maximum of which LLVM makes vector code.

    It does not of ``max`` or a comparison, whose select numba leaves without the word that there is
    no NaN (`SCAN_MATH` reaches arithmetic and calls only).
    """
    return a if a > b else b


def smaller(a: Any, b: Any) -> Any:
    """Smaller of two numbers that are not NaN, as `larger`."""
    return a if a < b else b


def _instruction(name: str) -> Callable[[Any, Any], Any]:
    """Return LLVM's instruction of two numbers of one kind."""

    @intrinsic  # type: ignore[untyped-decorator]
    def instruction(typing_context: Any, a: Any, b: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            kind = arguments[0].type
            function = builder.module.declare_intrinsic(
                name, [kind], ir.FunctionType(kind, [kind, kind])
            )
            return builder.call(function, arguments, fastmath=("nnan", "nsz"))

        return (a(a, b), code) if a == b else None

    return cast("Callable[[Any, Any], Any]", instruction)


_maxnum = _instruction("llvm.maxnum")
_minnum = _instruction("llvm.minnum")


@compiled_form(larger, strict=False)  # type: ignore[untyped-decorator]
def _larger(a: Any, b: Any) -> Any:
    return lambda a, b: _maxnum(a, b)


@compiled_form(smaller, strict=False)  # type: ignore[untyped-decorator]
def _smaller(a: Any, b: Any) -> Any:
    return lambda a, b: _minnum(a, b)
