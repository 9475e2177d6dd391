"""The door to libspandsp, the telephone tone library (cffi's ABI mode: no compiler is needed)."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import cffi
import numpy as np

from firmware.audio.errors import LibraryMissing
from firmware.audio.port import Sound

LIBRARY = "libspandsp.so.2"

ffi = cffi.FFI()
ffi.cdef(
    """
    typedef ... dtmf_tx_state_t;
    typedef ... dtmf_rx_state_t;
    typedef ... adsi_rx_state_t;
    typedef ... adsi_tx_state_t;
    typedef ... super_tone_rx_state_t;
    typedef ... super_tone_rx_descriptor_t;
    typedef void (*tone_report_func_t)(void *user_data, int code, int level, int delay);
    typedef void (*put_msg_func_t)(void *user_data, const uint8_t *msg, int len);

    dtmf_tx_state_t *dtmf_tx_init(dtmf_tx_state_t *s);
    int dtmf_tx_put(dtmf_tx_state_t *s, const char *digits, int len);
    int dtmf_tx(dtmf_tx_state_t *s, int16_t amp[], int max_samples);
    void dtmf_tx_set_level(dtmf_tx_state_t *s, int level_dbm0, int twist_db);
    void dtmf_tx_set_timing(dtmf_tx_state_t *s, int on_ms, int off_ms);
    int dtmf_tx_free(dtmf_tx_state_t *s);

    dtmf_rx_state_t *dtmf_rx_init(dtmf_rx_state_t *s, void *callback, void *user_data);
    void dtmf_rx_set_realtime_callback(dtmf_rx_state_t *s, tone_report_func_t callback, void *user_data);
    void dtmf_rx_parms(dtmf_rx_state_t *s, int filter_dialtone, int twist_db, int reverse_twist_db, int threshold_dbm0);
    int dtmf_rx(dtmf_rx_state_t *s, const int16_t amp[], int samples);
    int dtmf_rx_free(dtmf_rx_state_t *s);

    adsi_rx_state_t *adsi_rx_init(adsi_rx_state_t *s, int standard, put_msg_func_t put_msg, void *user_data);
    int adsi_rx(adsi_rx_state_t *s, const int16_t amp[], int len);
    int adsi_rx_free(adsi_rx_state_t *s);
    int adsi_next_field(adsi_rx_state_t *s, const uint8_t *msg, int msg_len, int pos,
                        uint8_t *field_type, uint8_t const **field_body, int *field_len);
    adsi_tx_state_t *adsi_tx_init(adsi_tx_state_t *s, int standard);
    int adsi_add_field(adsi_tx_state_t *s, uint8_t *msg, int len, uint8_t field_type,
                       uint8_t const *field_body, int field_len);
    int adsi_tx_put_message(adsi_tx_state_t *s, const uint8_t *msg, int len);
    int adsi_tx(adsi_tx_state_t *s, int16_t amp[], int max_len);
    int adsi_tx_free(adsi_tx_state_t *s);

    super_tone_rx_descriptor_t *super_tone_rx_make_descriptor(super_tone_rx_descriptor_t *d);
    int super_tone_rx_add_tone(super_tone_rx_descriptor_t *d);
    int super_tone_rx_add_element(super_tone_rx_descriptor_t *d, int tone, int f1, int f2, int min_ms, int max_ms);
    super_tone_rx_state_t *super_tone_rx_init(super_tone_rx_state_t *s, super_tone_rx_descriptor_t *d,
                                              tone_report_func_t callback, void *user_data);
    int super_tone_rx(super_tone_rx_state_t *s, const int16_t amp[], int samples);
    int super_tone_rx_free(super_tone_rx_state_t *s);
    int super_tone_rx_free_descriptor(super_tone_rx_descriptor_t *d);
    """
)


@cache
def library() -> Any:
    """The loaded library; raises `LibraryMissing`."""
    try:
        return ffi.dlopen(LIBRARY)
    except OSError as error:
        raise LibraryMissing(f"{LIBRARY} is not installed; on Debian: apt install libspandsp2") from error


@cache
def receiver(name: str) -> Callable[[int, bytes, int], int]:
    """The function `name` of the library that takes (address of a state, samples, their number), for media threads.

    It keeps the interpreter's lock: the call takes a microsecond, and eight threads that give the lock up and queue for
    it again at every call spend more time on that than on sound.
    """
    library()
    function = getattr(ctypes.PyDLL(LIBRARY), name)
    function.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int]
    return function  # type: ignore[no-any-return]


def address(state: Any) -> int:
    """Where `state` lies; it must be kept for as long as the address is used."""
    return int(ffi.cast("uintptr_t", state))


def pointer(sound: Sound) -> Any:
    """`sound` as the library takes it; keeps the array alive for as long as the pointer lives."""
    samples: Any = np.ascontiguousarray(sound, dtype=np.int16)
    return ffi.from_buffer("int16_t[]", samples)
