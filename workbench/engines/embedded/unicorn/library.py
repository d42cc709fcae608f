"""Unicorn's library under prototypes of our own, and the types of its callbacks."""

from __future__ import annotations

import ctypes

from unicorn import UcError, unicorn_const
from unicorn.unicorn_py3.unicorn import uclib as _binding_library

INTR_CALLBACK = ctypes.CFUNCTYPE(None, ctypes.c_void_p, ctypes.c_uint32, ctypes.c_void_p)
INVALID_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_void_p)
MEM_CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_bool,
    ctypes.c_void_p,
    ctypes.c_int,
    ctypes.c_uint64,
    ctypes.c_int,
    ctypes.c_int64,
    ctypes.c_void_p,
)
MMIO_READ = ctypes.CFUNCTYPE(
    ctypes.c_uint64, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint, ctypes.c_void_p
)
MMIO_WRITE = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_uint64, ctypes.c_uint, ctypes.c_uint64, ctypes.c_void_p
)


def _load_library() -> ctypes.CDLL:
    """The binding's library under prototypes of our own, which take plain integers."""
    library = ctypes.CDLL(_binding_library._name)
    engine, pointer, u64 = ctypes.c_void_p, ctypes.c_void_p, ctypes.c_uint64
    for name, arguments in {
        "uc_emu_start": (engine, u64, u64, u64, ctypes.c_size_t),
        "uc_emu_stop": (engine,),
        "uc_reg_read": (engine, ctypes.c_int, pointer),
        "uc_reg_write": (engine, ctypes.c_int, pointer),
        "uc_reg_read_batch": (engine, pointer, pointer, ctypes.c_int),
        "uc_reg_write_batch": (engine, pointer, pointer, ctypes.c_int),
        "uc_mmio_map": (engine, u64, u64, pointer, pointer, pointer, pointer),
        "uc_hook_add": (engine, pointer, ctypes.c_int, pointer, pointer, u64, u64),
        "uc_hook_del": (engine, ctypes.c_size_t),
        "uc_context_alloc": (engine, pointer),
        "uc_context_save": (engine, pointer),
        "uc_context_restore": (engine, pointer),
        "uc_context_free": (pointer,),
        "uc_context_size": (engine,),
        "uc_ctl": (engine, ctypes.c_int),  # and what the operation takes
    }.items():
        function = getattr(library, name)
        function.argtypes = arguments
        function.restype = ctypes.c_size_t if name == "uc_context_size" else ctypes.c_int
    return library


uclib = _load_library()


def check(status: int) -> None:
    """Raise UcError unless a call of the library went well."""
    if status != unicorn_const.UC_ERR_OK:
        raise UcError(status)
